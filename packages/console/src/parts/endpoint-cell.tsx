import { CustomerName } from './customer-name.tsx';
import { Link } from './link.tsx';

interface EndpointCellProps {
  readonly endpointId: string;
  readonly customerId: string;
}

/** In a table: the endpoint, which leads to its page, and whose it is. */
export function EndpointCell({ endpointId, customerId }: EndpointCellProps) {
  return (
    <span className="two-lines">
      <Link to={`/endpoints/${endpointId}`}>{endpointId}</Link>
      <span className="dim small">
        <CustomerName id={customerId} />
      </span>
    </span>
  );
}
