import { theme as antd, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useLanguage } from '../i18n/language.tsx';

export type Shade = 'light' | 'dark';

interface Theme {
  readonly shade: Shade;
  readonly toggle: () => void;
}

const storageKey = 'doorbell.theme';
const ThemeContext = createContext<Theme | null>(null);

/** Every text on every ground reaches a contrast of 4.5, which Ant Design's own greys and blue do not. */
const tokens = {
  light: {
    colorPrimary: '#0958d9',
    colorLink: '#0958d9',
    colorError: '#cf1322',
    colorTextSecondary: 'rgba(0,0,0,0.72)',
    colorTextTertiary: 'rgba(0,0,0,0.62)',
    colorTextDescription: 'rgba(0,0,0,0.62)',
    colorTextPlaceholder: 'rgba(0,0,0,0.58)',
    colorBgLayout: '#f3f5f8',
  },
  dark: {
    colorPrimary: '#1a6ce0',
    colorLink: '#69a9f5',
    colorError: '#e8686a',
    colorTextSecondary: 'rgba(255,255,255,0.75)',
    colorTextTertiary: 'rgba(255,255,255,0.66)',
    colorTextDescription: 'rgba(255,255,255,0.66)',
    colorTextPlaceholder: 'rgba(255,255,255,0.6)',
    colorBgLayout: '#0c0f14',
    colorBgContainer: '#151a21',
    colorBgElevated: '#1c222b',
  },
} as const;

const font = {
  fontFamily:
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', Roboto, sans-serif",
  fontFamilyCode: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace",
  borderRadius: 6,
};

export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const { language } = useLanguage();
  const [shade, setShade] = useState(chosenShade);
  useEffect(() => {
    document.documentElement.dataset.theme = shade;
  }, [shade]);
  const value = useMemo(
    (): Theme => ({
      shade,
      toggle: () => {
        const next = shade === 'dark' ? 'light' : 'dark';
        window.localStorage.setItem(storageKey, next);
        setShade(next);
      },
    }),
    [shade],
  );
  return (
    <ThemeContext value={value}>
      <ConfigProvider
        locale={language === 'zh' ? zhCN : enUS}
        theme={{
          algorithm: shade === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
          token: {
            ...font,
            ...tokens[shade],
            motion: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
          },
          hashed: false,
        }}
        button={{ autoInsertSpace: false }}
      >
        {children}
      </ConfigProvider>
    </ThemeContext>
  );
}

export function useTheme(): Theme {
  const theme = useContext(ThemeContext);
  if (theme === null) throw new Error('There is no ThemeProvider above.');
  return theme;
}

function chosenShade(): Shade {
  const stored = window.localStorage.getItem(storageKey);
  if (stored === 'light' || stored === 'dark') return stored;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
