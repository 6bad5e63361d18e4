import type { Endpoint } from '@doorbell/server/api';
import { Drawer } from 'antd';
import { useLanguage } from '../../i18n/language.tsx';
import { useReturnFocus } from '../../parts/use-return-focus.ts';
import { goTo } from '../../shell/place.ts';
import EndpointForm from './endpoint-form.tsx';

/** The form of a new endpoint, which leads to its page. */
export default function CreateEndpoint({ onClose }: { readonly onClose: () => void }) {
  const { t } = useLanguage();
  useReturnFocus();
  return (
    <Drawer
      open
      mask={{ closable: false }}
      size={640}
      title={t('endpoint.create')}
      closable={{ 'aria-label': t('action.close') }}
      onClose={onClose}
    >
      <EndpointForm onSaved={({ id }: Endpoint) => goTo(`/endpoints/${id}`)} />
    </Drawer>
  );
}
