-- The schema of Keepsake 1.8.2.
pragma application_id = 0x4b454550; -- KEEP

create table meta (key text primary key, value text not null) without rowid;
create table settings (key text primary key, value text not null) without rowid;

create table teams (
  id integer primary key,
  name text not null unique
);

create table secrets (
  id integer primary key,
  team_id integer not null references teams (id),
  path text not null,
  sealed text not null,
  revision integer not null,
  created_at text not null
);

create table tokens (
  id integer primary key,
  team_id integer not null references teams (id),
  label text not null,
  digest text not null unique,
  created_at text not null,
  last_used_at text,
  expires_at text,
  revoked integer not null default 0
);

create table attachments (
  id integer primary key,
  secret_id integer not null references secrets (id),
  name text not null,
  size integer not null,
  seal integer not null,
  sealed text not null
);
