/**
 * A text that the first process has sealed: another master key is found out by every later one as it starts, also while
 * there is no endpoint whose keys would tell.
 */
export const masterKeySchema: string = `
create table doorbell.master_key (id int primary key check (id = 1), sealed text not null);
`;
