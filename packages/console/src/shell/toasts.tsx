import { useToasts } from '../parts/toast.ts';

/** Where what is said in passing appears; there from the start, so that screen readers hear of what comes. */
export function Toasts() {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {useToasts().map(({ id, tone, text }) => (
        <p key={id} className={`toast tone-${tone}`}>
          {text}
        </p>
      ))}
    </div>
  );
}
