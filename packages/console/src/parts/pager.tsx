import { Button } from 'antd';
import { useLanguage } from '../i18n/language.tsx';
import { setQuery, usePlace } from '../shell/place.ts';

interface PagerProps {
  readonly count: number;
  /** `next` of the page that is shown. */
  readonly next: string | null;
}

/** Another page is read from its top; the buttons stand at the bottom of this one. */
function turnTo(cursor: string | null): void {
  setQuery({ cursor });
  window.scrollTo(0, 0);
}

/** Pages by cursor: on with "next", back with the browser's own history. The cursor stands in the address bar. */
export function Pager({ count, next }: PagerProps) {
  const { t } = useLanguage();
  const isFirst = !usePlace().query.has('cursor');
  return (
    <nav className="pager" aria-label={t('page.next')}>
      <span className="dim">{t('page.shown', { count })}</span>
      <Button disabled={isFirst} onClick={() => turnTo(null)}>
        {t('page.first')}
      </Button>
      <Button disabled={isFirst} onClick={() => window.history.back()}>
        {t('page.previous')}
      </Button>
      <Button disabled={next === null} onClick={() => turnTo(next)}>
        {t('page.next')}
      </Button>
    </nav>
  );
}
