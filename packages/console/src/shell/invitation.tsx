import { Alert, Button } from 'antd';
import { useState } from 'react';
import type { User } from '../api/session.ts';
import { useLanguage } from '../i18n/language.tsx';
import { enterByLink, leaveLink } from './enter-by-link.ts';
import { goTo } from './place.ts';
import { SignInCard } from './sign-in-card.tsx';

interface InvitationProps {
  readonly linkToken: string;
  /** Who has signed in already. */
  readonly user: User;
  readonly onEntered: (user: User) => void;
}

/** Asks who has signed in already whether a customer's link may take the place of that. */
export default function Invitation({ linkToken, user, onEntered }: InvitationProps) {
  const { t } = useLanguage();
  const [isBusy, setBusy] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const open = async () => {
    setBusy(true);
    try {
      onEntered(await enterByLink(linkToken));
    } catch {
      setRefused(true);
      setBusy(false);
    }
  };
  const stay = () => {
    leaveLink();
    goTo('/');
    onEntered(user);
  };
  return (
    <SignInCard motto={t('invitation.title')}>
      <p className="invitation-words">{t('invitation.words', { name: user.name })}</p>
      {isRefused && <Alert type="error" showIcon title={t('invitation.refused')} className="sign-in-error" />}
      <Button type="primary" size="large" block loading={isBusy} disabled={isRefused} onClick={open}>
        {t('invitation.open')}
      </Button>
      <Button type="link" size="large" block onClick={stay}>
        {t('invitation.stay', { name: user.name })}
      </Button>
    </SignInCard>
  );
}
