import { Select, type SelectProps } from 'antd';
import { useCustomers } from '../api/books.ts';

/** Chooses a customer, found by typing a part of its name or id. */
export function CustomerSelect(props: Omit<SelectProps<string | null>, 'options' | 'showSearch'>) {
  const customers = useCustomers();
  return (
    <Select
      showSearch={{ optionFilterProp: 'label' }}
      options={(customers.data ?? []).map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
      {...props}
    />
  );
}
