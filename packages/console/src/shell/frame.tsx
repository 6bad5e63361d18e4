import { CloseOutlined, LogoutOutlined, MenuOutlined, UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { closeSession, mayDo, useUser } from '../api/session.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Link } from '../parts/link.tsx';
import { Loading, Nothing } from '../parts/standing.tsx';
import { toast } from '../parts/toast.ts';
import { loadInIdleTime } from './load-in-idle-time.ts';
import { findMenuItem, type MenuItem, menu } from './menu.tsx';
import { PageBoundary } from './page-boundary.tsx';
import { usePlace } from './place.ts';
import { Switches } from './switches.tsx';

/** Menu, head and the page that the address names. */
export function Frame() {
  const { t } = useLanguage();
  const { path } = usePlace();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const user = useUser();
  const shown = useMemo(() => menu.filter(({ deed }) => mayDo(user, deed)), [user]);
  const current = shown.find((item) => item === findMenuItem(path));
  // A colleague's link may lead to what only other roles see.
  const missing = findMenuItem(path) === undefined ? 'shell.noPage' : 'standing.forbidden';
  const title = t(current?.title ?? missing);
  useEffect(() => loadInIdleTime(shown), [shown]);
  useEffect(() => {
    document.title = `${title} - Doorbell`;
  }, [title]);
  return (
    <div className={isMenuOpen ? 'frame menu-open' : 'frame'}>
      <a className="skip" href="#content">
        {t('shell.skip')}
      </a>
      <nav className="side" aria-label={t('shell.menu')}>
        <div className="brand">
          <img src="/bell.svg" alt="" width={28} height={28} />
          <span>Doorbell</span>
        </div>
        <ul>
          {shown.map((item) => (
            <li key={item.path}>
              <MenuLink item={item} isCurrent={item === current} onFollow={() => setMenuOpen(false)} />
            </li>
          ))}
        </ul>
      </nav>
      <header className="head">
        <button
          type="button"
          className="icon-button menu-button"
          aria-label={t('shell.menu')}
          aria-expanded={isMenuOpen}
          onClick={() => setMenuOpen(!isMenuOpen)}
        >
          {isMenuOpen ? <CloseOutlined aria-hidden /> : <MenuOutlined aria-hidden />}
        </button>
        <h1>{title}</h1>
        <div className="head-end">
          <Switches />
          <SignOut />
        </div>
      </header>
      <main id="content" className="content" tabIndex={-1}>
        <PageBoundary key={path}>
          <Suspense fallback={<Loading />}>
            {current === undefined ? <Nothing title={title} hint={path} /> : <current.Page />}
          </Suspense>
        </PageBoundary>
      </main>
    </div>
  );
}

interface MenuLinkProps {
  readonly item: MenuItem;
  readonly isCurrent: boolean;
  readonly onFollow: () => void;
}

function MenuLink({ item, isCurrent, onFollow }: MenuLinkProps) {
  const { t } = useLanguage();
  const queries = useQueryClient();
  const follow = () => {
    item.load();
    item.ask?.(queries, new URLSearchParams());
    onFollow();
  };
  return (
    <Link to={item.path} isCurrent={isCurrent} onFollow={follow} onNear={item.load}>
      {item.icon}
      <span>{t(item.title)}</span>
      {item.badge !== undefined && <item.badge />}
    </Link>
  );
}

function SignOut() {
  const { t } = useLanguage();
  const { name, role } = useUser();
  const signOut = () => void closeSession().catch((error: Error) => toast.bad(error.message));
  return (
    <>
      <span className="who" title={`${name} · ${t(`role.${role}`)}`}>
        <UserOutlined aria-hidden />
        <span>{name}</span>
        <span className="dim small">{t(`role.${role}`)}</span>
      </span>
      <button type="button" className="text-button" onClick={signOut}>
        <LogoutOutlined aria-hidden />
        <span>{t('shell.signOut')}</span>
      </button>
    </>
  );
}
