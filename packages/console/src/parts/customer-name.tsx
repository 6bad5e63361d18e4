import { useCustomers } from '../api/books.ts';

/** `海棠租房 (haitang)`: people know the name, forms and logs the id. The id alone until the names are here. */
export function CustomerName({ id }: { readonly id: string }) {
  const name = useCustomers().data?.find((customer) => customer.id === id)?.name;
  return name === undefined || name === id ? id : `${name} (${id})`;
}
