import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { useState } from 'react';
import { clock } from '../clock.ts';
import { useLanguage } from '../i18n/language.tsx';

interface CopyableProps {
  readonly text: string;
  /** Shown in place of the text. */
  readonly label?: string;
}

/** An id or another text in the font of code, with a button that copies it. */
export function Copyable({ text, label }: CopyableProps) {
  return (
    <span className="copyable">
      <code>{label ?? text}</code>
      <CopyButton text={text} />
    </span>
  );
}

interface CopyButtonProps {
  readonly text: string;
  readonly caption?: string;
}

export function CopyButton({ text, caption }: CopyButtonProps) {
  const { t } = useLanguage();
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    void writeClipboard(text).then(() => {
      setCopied(true);
      clock.after(1_500, () => setCopied(false));
    });
  };
  const label = isCopied ? t('action.copied') : (caption ?? t('action.copy'));
  return (
    <button
      type="button"
      className={caption === undefined ? 'icon-button' : 'text-button'}
      title={label}
      aria-label={caption === undefined ? `${label} ${text.slice(0, 80)}` : undefined}
      onClick={(event) => {
        event.stopPropagation();
        copy();
      }}
    >
      {isCopied ? <CheckOutlined aria-hidden /> : <CopyOutlined aria-hidden />}
      {caption !== undefined && <span>{label}</span>}
    </button>
  );
}

/** The clipboard's own interface is there on secure origins only; an intranet may have none. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
