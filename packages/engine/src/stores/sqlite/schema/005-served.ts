export const servedSchema = `
-- How many times this database was opened for serving; the same number stands in a file beside it.
create table served (only_row integer primary key check (only_row = 1), times integer not null) strict;
`;
