import { Modal, type ModalProps } from 'antd';
import { useReturnFocus } from './use-return-focus.ts';

/** A dialog that is open while it is drawn, and that no stray click beside it closes: what was typed or is shown once stays. */
export function Dialog(props: Omit<ModalProps, 'open' | 'mask'>) {
  useReturnFocus();
  return (
    <Modal
      open
      mask={{ closable: false }}
      {...(props.onOk === undefined ? { footer: null } : {})}
      {...props}
    />
  );
}
