//! The shape of a store: its tables, columns, indexes and views, from the database's own lists and never from the text
//! of statements, which keeps the history of how a table came to be as it is.

use super::{Connection, Engine, StoreError};

/// A line for each thing that the schema consists of, sorted. Stepwell's own tables are left out.
///
/// # Errors
/// When the store cannot be asked.
pub async fn shape(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    let questions: &[&str] = match connection.engine() {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
        Engine::Mysql => &MYSQL,
    };
    let mut lines = Vec::new();
    for question in questions {
        let rows = connection.query_up_to(question, &[], usize::MAX).await?;
        lines.extend(rows.rows.iter().filter_map(|row| row.first()?.as_str().map(str::to_owned)));
    }
    lines.retain(|line| !line.contains(" stepwell_"));
    lines.sort_unstable();
    lines.dedup();
    Ok(lines)
}

const SQLITE: [&str; 3] = [
    "select 'table ' || m.name || ': column ' || p.name || ' ' || lower(p.type) || iif(p.\"notnull\", ' not null', '') \
     || iif(p.pk, ' key ' || p.pk, '') || coalesce(' default ' || p.dflt_value, '') \
     from sqlite_schema m join pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\'",
    "select 'table ' || m.name || ': index ' || l.name || iif(l.\"unique\", ' unique', '') || ' (' || \
     (select group_concat(coalesce(i.name, '(expression)'), ', ') from pragma_index_info(l.name) i) || ')' \
     from sqlite_schema m join pragma_index_list(m.name) l where m.type = 'table'",
    "select type || ' ' || name from sqlite_schema where type in ('view', 'trigger')",
];

const POSTGRES: [&str; 4] = [
    "select format('table %s: column %s %s%s%s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), \
     case when a.attnotnull then ' not null' else '' end, \
     coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) \
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid \
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum \
     where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and c.relpersistence <> 't' \
     and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'",
    "select format('table %s: index %s%s%s (%s)', i.indrelid::regclass, i.indexrelid::regclass, \
     case when i.indisunique then ' unique' else '' end, case when i.indisvalid then '' else ' INVALID' end, \
     (select string_agg(pg_get_indexdef(i.indexrelid, k::int, true), ', ' order by k) \
      from generate_series(1, i.indnkeyatts) k)) \
     from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace \
     where c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'",
    "select format('table %s: constraint %s %s%s', o.conrelid::regclass, o.conname, o.contype, \
     case when o.convalidated then '' else ' not validated' end) \
     from pg_constraint o join pg_namespace n on n.oid = o.connamespace where o.conrelid <> 0 and n.nspname !~ '^pg_' \
     and n.nspname <> 'information_schema'",
    "select format('view %s', c.oid::regclass) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
     where c.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' \
     union all select format('table %s: trigger %s', t.tgrelid::regclass, t.tgname) from pg_trigger t \
     where not t.tgisinternal",
];

const MYSQL: [&str; 4] = [
    "select concat('table ', table_name, ': column ', column_name, ' ', column_type, \
     if(is_nullable = 'NO', ' not null', ''), if(extra = '', '', concat(' ', extra)), \
     coalesce(concat(' default ', column_default), '')) from information_schema.columns where table_schema = database()",
    "select concat('table ', table_name, ': index ', index_name, if(non_unique, '', ' unique'), ' (', \
     group_concat(coalesce(column_name, '(expression)') order by seq_in_index separator ', '), ')') \
     from information_schema.statistics where table_schema = database() group by table_name, index_name, non_unique",
    "select concat('table ', table_name, ': constraint ', constraint_name, ' ', lower(constraint_type)) \
     from information_schema.table_constraints where table_schema = database()",
    "select concat('view ', table_name) from information_schema.views where table_schema = database() \
     union all select concat('table ', event_object_table, ': trigger ', trigger_name) from information_schema.triggers \
     where trigger_schema = database()",
];
