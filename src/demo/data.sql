-- The demo's data. Everything follows from a row's number by way of a multiplicative hash (Knuth's 2654435761, 32
-- bits), never from chance or the clock, so that every build is the same. `temp.size` says how many secrets.

create temp table environment (id integer primary key, word text);
insert into environment values (0, 'Prod/'), (1, 'prod-eu/'), (2, 'Staging/'), (3, 'dev/');

create temp table area (id integer primary key, word text);
insert into area values (0, 'Billing/'), (1, 'search/'), (2, 'Mail/'), (3, 'identity/'), (4, 'Warehouse/'),
  (5, 'shop/front/'), (6, 'shop/Checkout/'), (7, 'Platform/ci/');

create temp table thing (id integer primary key, word text);
insert into thing values (0, 'Ledger-DB'), (1, 'api-key'), (2, 'TLS-key'), (3, 'smtp-password'), (4, 'S3-access'),
  (5, 'webhook-secret'), (6, 'root-password'), (7, 'SigningKey'), (8, 'ldap-bind'), (9, 'deploy-key'),
  (10, 'cookie-secret'), (11, 'Replica-DB'), (12, 'oauth-client'), (13, 'backup-passphrase'), (14, 'vpn-psk'),
  (15, 'License');

insert into meta values ('schema_version', '1.8.2');
insert into settings values ('maintenance', 'off'), ('program', '1.8.2');

insert into teams (id, name) values (1, 'Payments'), (2, 'Search'), (3, 'Messaging'), (4, 'Identity'),
  (5, 'Logistics'), (6, 'Storefront'), (7, 'Checkout'), (8, 'Platform'), (9, 'Data'), (10, 'Mobile'), (11, 'Support'),
  (12, 'Security');

insert into secrets (id, team_id, path, sealed, revision, created_at)
with recursive
  number (n) as (select 1 union all select n + 1 from number where n < (select secrets from temp.size)),
  hashed (n, h) as (select n, (n * 2654435761) & 4294967295 from number)
select
  n,
  1 + (h >> 19) % 12,
  -- One path in sixteen has no folder; one in eight is written in capitals.
  case when (h >> 8) % 8 = 0 then upper(path) else path end,
  printf('ks1.%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x', h, (h * 22695477 + 1) & 4294967295,
    (h * 1664525 + 1013904223) & 4294967295, (h * 1103515245 + 12345) & 4294967295, (h * 134775813 + 1) & 4294967295,
    (h * 214013 + 2531011) & 4294967295, (h * 69069 + 5) & 4294967295, (h * 16843009 + 826366247) & 4294967295,
    (h * 1140671485 + 12820163) & 4294967295, (h * 29943829 + 7) & 4294967295),
  1 + (h >> 11) % 9,
  datetime(1672531200 + (h >> 6), 'unixepoch')
from (
  select
    n,
    h,
    case when (h >> 12) % 16 = 0 then '' else environment.word || area.word end || thing.word || printf('-%06d', n)
      as path
  from hashed
  join environment on environment.id = (h >> 30)
  join area on area.id = (h >> 27) % 8
  join thing on thing.id = (h >> 23) % 16
);

create unique index secrets_by_path on secrets (team_id, path);

insert into tokens (id, team_id, label, digest, created_at, last_used_at, expires_at)
with recursive
  number (n) as (select 1 union all select n + 1 from number where n < 40),
  hashed (n, h) as (select n, (n * 2654435761) & 4294967295 from number)
select
  n,
  1 + (h >> 19) % 12,
  case n % 4 when 0 then 'ci' when 1 then 'backup' when 2 then 'terraform' else 'laptop' end || printf('-%02d', n),
  printf('%08x%08x', h, (h * 1664525 + 1013904223) & 4294967295),
  datetime(1672531200 + (h >> 7), 'unixepoch'),
  -- One token in ten was never used; two in five have no end.
  case when n % 10 = 3 then null else datetime(1717200000 + (h >> 8), 'unixepoch') end,
  case when n % 5 < 2 then null else datetime(1767225600 + (h >> 7), 'unixepoch') end
from hashed;

insert into attachments (id, secret_id, name, size, seal, sealed)
with recursive
  number (n) as (select 1 union all select n + 1 from number where n < 600),
  hashed (n, h) as (select n, (n * 2654435761) & 4294967295 from number)
select
  n,
  1 + h % (select secrets from temp.size),
  case n % 3 when 0 then 'chain.pem' when 1 then 'id_ed25519' else 'recovery.pdf' end,
  400 + (h >> 15),
  1,
  printf('ks1.%08x%08x%08x%08x', h, (h * 22695477 + 1) & 4294967295, (h * 1664525 + 1013904223) & 4294967295,
    (h * 1103515245 + 12345) & 4294967295)
from hashed;

drop table temp.environment;
drop table temp.area;
drop table temp.thing;
