import { usePlace } from '../../shell/place.ts';
import { EndpointList } from './endpoint-list.tsx';
import { EndpointView } from './endpoint-view.tsx';

export default function EndpointsPage() {
  const endpointId = usePlace().path.split('/')[2];
  return endpointId ? <EndpointView key={endpointId} endpointId={endpointId} /> : <EndpointList />;
}
