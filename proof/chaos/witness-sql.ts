/**
 * What the run adds to the database beside Doorbell: a witness who notes which process took which lease (each process
 * connects under a name of its own), and the table that the producers' own transactions write.
 */
export const witnessSql = {
  install: `
    create schema chaos;
    create table chaos.own_row (event text primary key);
    create table chaos.claim (lane_id bigint not null, seq int not null, epoch bigint not null, attempt int not null,
      process text not null, at bigint not null);
    create function chaos.note_claim() returns trigger language plpgsql security definer as $$
      begin
        insert into chaos.claim values (new.id, new.claimed_seq, new.epoch, new.attempt,
          current_setting('application_name'), new.claimed_at);
        return null;
      end $$;
    create trigger witness after update on doorbell.lane for each row
      when (old.epoch <> new.epoch and new.claimed_seq is not null) execute function chaos.note_claim();`,
  claims: `select l.endpoint_id, t.house_task_id, c.seq, c.attempt, c.process, c.at, c.epoch
    from chaos.claim c join doorbell.lane l on l.id = c.lane_id join doorbell.task t on t.id = l.task_id`,
  /** As if the lease had run out: what the process holds is free for the others. Skips what a producer has locked. */
  endLeasesOf: `update doorbell.lane l set lease_until = doorbell.now_ms(null) - 1
    where l.id = any(array(
      select w.id from chaos.claim c join doorbell.lane w on w.id = c.lane_id and w.epoch = c.epoch
      where c.process = $1 and w.claimed_seq is not null and w.lease_until > doorbell.now_ms(null)
      for update of w skip locked))
    returning l.id`,
  /** For a time in which every process is well: nobody holds a lease for so long. */
  endLeasesOlderThan: `update doorbell.lane l set lease_until = doorbell.now_ms(null) - 1
    where l.id = any(array(
      select w.id from doorbell.lane w
      where w.claimed_seq is not null and w.claimed_at < doorbell.now_ms(null) - $1::bigint
        and w.lease_until > doorbell.now_ms(null)
      for update of w skip locked))
    returning l.id`,
  backends: `select pid, application_name as name from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and application_name <> 'chaos'`,
} as const;
