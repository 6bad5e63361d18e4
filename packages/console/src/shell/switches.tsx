import { MoonOutlined, SunOutlined } from '@ant-design/icons';
import { useLanguage } from '../i18n/language.tsx';
import { useTheme } from './theme.tsx';

/** The language and the theme, in the corner of every page. */
export function Switches() {
  const { language, speak, t } = useLanguage();
  const { shade, toggle } = useTheme();
  const other = language === 'zh' ? 'en' : 'zh';
  return (
    <>
      <button type="button" className="text-button" lang={other} onClick={() => speak(other)}>
        {other === 'en' ? 'English' : '中文'}
      </button>
      <button
        type="button"
        className="icon-button"
        title={t(shade === 'dark' ? 'shell.light' : 'shell.dark')}
        aria-label={t(shade === 'dark' ? 'shell.light' : 'shell.dark')}
        onClick={toggle}
      >
        {shade === 'dark' ? <SunOutlined aria-hidden /> : <MoonOutlined aria-hidden />}
      </button>
    </>
  );
}
