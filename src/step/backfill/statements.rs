//! The statements of a backfill, put together once: a text that does not change is prepared once for a connection.

use super::answer::Form;
use super::travel::Travel;
use crate::definition::template::fill_sql;
use crate::model::{Backfill, Convert, Value};
use crate::store::Engine;

/// Values of a key's columns.
pub type Key = Vec<Value>;

/// A statement, and what is bound in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sql {
    pub text: String,
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    /// A column of the key behind which rows are meant.
    After(usize),
    /// A column of the last key that is meant.
    Upto(usize),
    Skip,
}

impl Sql {
    /// The values, in the order in which the statement takes them.
    pub fn binds(&self, after: Option<&Key>, upto: &[Value], skip: u64) -> Vec<Value> {
        let column = |key: &[Value], i: usize| key.get(i).cloned().unwrap_or_default();
        let value = |slot: &Slot| match slot {
            Slot::After(i) => column(after.map_or(&[], Vec::as_slice), *i),
            Slot::Upto(i) => column(upto, *i),
            Slot::Skip => skip.into(),
        };
        self.slots.iter().map(value).collect()
    }

    fn push(&mut self, engine: Engine, slot: Slot) {
        self.slots.push(slot);
        match engine {
            Engine::Postgres => self.text.push_str(&format!("${}", self.slots.len())),
            Engine::Sqlite | Engine::Mysql => self.text.push('?'),
        }
    }
}

/// All statements of a backfill.
#[derive(Debug)]
pub struct Statements {
    /// Names of the key's columns, for people.
    pub key: Vec<String>,
    /// Rows that are still to be changed.
    pub count: String,
    /// Those up to a key, and those behind it.
    pub count_parts: [Sql; 2],
    pub lowest: String,
    pub highest: String,
    /// The key of the last row of a batch: from the start, and from a key on.
    end: [Sql; 2],
    change: [Sql; 2],
    /// The key before which so many rows are to be changed.
    quantile: [Sql; 2],
    /// Where rows leave the database, instead of `change`.
    pub travel: Option<Travel>,
}

impl Statements {
    /// # Errors
    /// When there is no statement for this engine, or a value cannot be bound where it wants one.
    pub fn new(spec: &Backfill, engine: Engine) -> Result<Self, String> {
        let table = spec.table.split('.').map(|part| engine.quoted(part)).collect::<Vec<_>>().join(".");
        let along = Along { engine, keys: spec.key.iter().map(|k| engine.quoted(k)).collect() };
        let key = along.keys.join(", ");
        let descending = along.keys.iter().map(|k| format!("{k} desc")).collect::<Vec<_>>().join(", ");
        let pending = &spec.pending;
        let end = |from_start: bool| {
            let mut sql = Sql { text: format!("select {key} from {table} where "), ..Sql::default() };
            along.range(&mut sql, from_start);
            sql.text.push_str(&format!(" order by {key} limit 1 offset "));
            sql.push(engine, Slot::Skip);
            sql
        };
        let part = |operators: [&str; 2], slot: fn(usize) -> Slot| {
            let mut sql =
                Sql { text: format!("select count(*) from {table} where ({pending}) and "), ..Sql::default() };
            along.compared(&mut sql, operators[0], operators[1], slot);
            sql
        };
        let quantile = |from_start: bool| {
            let mut sql = Sql { text: format!("select {key} from {table} where ({pending})"), ..Sql::default() };
            if !from_start {
                sql.text.push_str(" and ");
                along.compared(&mut sql, ">", ">", Slot::After);
            }
            sql.text.push_str(&format!(" order by {key} limit 1 offset "));
            sql.push(engine, Slot::Skip);
            sql
        };
        Ok(Statements {
            count: format!("select count(*) from {table} where {pending}"),
            count_parts: [part(["<", "<="], Slot::Upto), part([">", ">"], Slot::After)],
            lowest: format!("select {key} from {table} order by {key} limit 1"),
            highest: format!("select {key} from {table} order by {descending} limit 1"),
            end: [end(true), end(false)],
            change: [along.change(spec, &table, true)?, along.change(spec, &table, false)?],
            travel: spec.convert.as_ref().map(|convert| along.travel(spec, convert, &table)),
            quantile: [quantile(true), quantile(false)],
            key: spec.key.clone(),
        })
    }

    pub fn end(&self, from_start: bool) -> &Sql {
        &self.end[usize::from(!from_start)]
    }

    pub fn change(&self, from_start: bool) -> &Sql {
        &self.change[usize::from(!from_start)]
    }

    pub fn quantile(&self, from_start: bool) -> &Sql {
        &self.quantile[usize::from(!from_start)]
    }

    /// A row's key as people read it.
    pub fn named(&self, key: &[Value]) -> String {
        named(&self.key, key)
    }
}

/// Values under their names, as people read them.
pub fn named(names: &[String], values: &[Value]) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| format!("'{text}'"));
    let columns = names.iter().zip(values).map(|(name, value)| format!("{name} = {}", plain(value)));
    columns.collect::<Vec<_>>().join(", ")
}

/// The columns along which it goes, quoted.
struct Along {
    engine: Engine,
    keys: Vec<String>,
}

impl Along {
    /// What is done with the rows of a batch.
    fn change(&self, spec: &Backfill, table: &str, from_start: bool) -> Result<Sql, String> {
        let mut sql = Sql::default();
        let Some(statement) = &spec.statement else {
            let set =
                spec.set.iter().map(|(c, e)| format!("{} = {e}", self.engine.quoted(c))).collect::<Vec<_>>().join(", ");
            sql.text = format!("update {table} set {set} where ");
            self.range(&mut sql, from_start);
            sql.text.push_str(&format!(" and ({})", spec.pending));
            return Ok(sql);
        };
        let word = self.engine.word();
        let template = statement.for_engine(word).ok_or_else(|| format!("the statement has no text for {word}"))?;
        fill_sql(&template.text, word, |piece| {
            match piece {
                Ok(text) => sql.text.push_str(text),
                Err("range") => {
                    sql.text.push('(');
                    self.range(&mut sql, from_start);
                    sql.text.push(')');
                }
                Err(other) => return Err(format!("`{{{{ {other} }}}}` is not known here, only `{{{{ range }}}}`")),
            }
            Ok(())
        })?;
        Ok(sql)
    }

    /// How rows leave and come back. They stay locked in between.
    fn travel(&self, spec: &Backfill, convert: &Convert, table: &str) -> Travel {
        let mut columns = self.keys.clone();
        columns.extend(convert.read.iter().map(|(name, expression)| match expression {
            Some(expression) => format!("{expression} as {}", self.engine.quoted(name)),
            None => self.engine.quoted(name),
        }));
        let key = self.keys.join(", ");
        let read = |from_start: bool| {
            let mut sql = Sql { text: format!("select {} from {table} where ", columns.join(", ")), ..Sql::default() };
            self.range(&mut sql, from_start);
            sql.text.push_str(&format!(" and ({}) order by {key}{}", spec.pending, self.engine.exclusive()));
            sql
        };
        let mut write = Sql { text: format!("update {table} set "), ..Sql::default() };
        for (i, column) in convert.columns().into_iter().enumerate() {
            write.text.push_str(&format!("{}{} = ", if i == 0 { "" } else { ", " }, self.engine.quoted(column)));
            write.push(self.engine, Slot::Skip);
        }
        for (i, key) in self.keys.iter().enumerate() {
            write.text.push_str(&format!(" {} {key} = ", if i == 0 { "where" } else { "and" }));
            write.push(self.engine, Slot::Skip);
        }
        let form = Form {
            keys: spec.key.len(),
            names: spec.key.iter().chain(convert.read.iter().map(|(name, _)| name)).cloned().collect(),
            write: convert.columns().into_iter().map(str::to_owned).collect(),
        };
        Travel { form, read: [read(true), read(false)], write: write.text }
    }

    /// The keys of a batch.
    fn range(&self, sql: &mut Sql, from_start: bool) {
        if !from_start {
            self.compared(sql, ">", ">", Slot::After);
            sql.text.push_str(" and ");
        }
        self.compared(sql, "<", "<=", Slot::Upto);
    }

    /// A comparison of the key with values: as rows, or spelt out as `a < ? or a = ? and b <= ?` for MySQL, which finds
    /// no range of an index in a comparison of rows.
    fn compared(&self, sql: &mut Sql, strict: &str, last: &str, slot: impl Fn(usize) -> Slot) {
        if self.engine != Engine::Mysql {
            sql.text.push_str(&format!("({}) {last} (", self.keys.join(", ")));
            for i in 0..self.keys.len() {
                sql.text.push_str(if i == 0 { "" } else { ", " });
                sql.push(self.engine, slot(i));
            }
            sql.text.push(')');
            return;
        }
        sql.text.push('(');
        for (i, key) in self.keys.iter().enumerate() {
            sql.text.push_str(if i == 0 { "" } else { " or " });
            for (j, before) in self.keys[..i].iter().enumerate() {
                sql.text.push_str(&format!("{before} = "));
                sql.push(self.engine, slot(j));
                sql.text.push_str(" and ");
            }
            let operator = if i + 1 == self.keys.len() { last } else { strict };
            sql.text.push_str(&format!("{key} {operator} "));
            sql.push(self.engine, slot(i));
        }
        sql.text.push(')');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Query, Template};

    fn spec(key: &[&str], statement: Option<&str>) -> Backfill {
        Backfill {
            table: "t".to_owned(),
            key: key.iter().map(ToString::to_string).collect(),
            pending: "x ? 'y'".to_owned(),
            set: vec![("x".to_owned(), "1".to_owned())],
            statement: statement.map(|s| Query { any: Some(Template::new(s)), ..Query::default() }),
            ..Backfill::default()
        }
    }

    #[test]
    fn a_composite_key_is_spelt_out_where_rows_are_not_compared() {
        let (low, high) = (vec![1.into(), 2.into()], [3.into(), 4.into()]);
        let statements = Statements::new(&spec(&["a", "b"], None), Engine::Postgres).expect("fits");
        let change = statements.change(false);
        let wanted = r#"update "t" set "x" = 1 where ("a", "b") > ($1, $2) and ("a", "b") <= ($3, $4) and (x ? 'y')"#;
        assert_eq!(change.text, wanted);
        assert_eq!(change.binds(Some(&low), &high, 0), [Value::from(1), 2.into(), 3.into(), 4.into()]);
        let statements = Statements::new(&spec(&["a", "b"], None), Engine::Mysql).expect("fits");
        let end = statements.end(true);
        assert_eq!(
            end.text,
            "select `a`, `b` from `t` where (`a` < ? or `a` = ? and `b` <= ?) order by `a`, `b` limit 1 offset ?"
        );
        assert_eq!(end.binds(None, &high, 9), [Value::from(3), 3.into(), 4.into(), 9.into()]);
    }

    #[test]
    fn a_statement_takes_the_range_wherever_it_stands() {
        let text = "with m as (delete from t where {{ range }} returning *) insert into u select * from m; -- '{{ x";
        let statements = Statements::new(&spec(&["a"], Some(text)), Engine::Postgres);
        assert!(statements.is_err(), "a template that is not closed");
        let text = "insert into u select '?', * from t where {{ range }} or not {{range}}";
        let statements = Statements::new(&spec(&["a"], Some(text)), Engine::Postgres).expect("fits");
        let wanted = r#"insert into u select '?', * from t where (("a") > ($1) and ("a") <= ($2)) or not (("a") > ($3) and ("a") <= ($4))"#;
        assert_eq!(statements.change(false).text, wanted);
        let statements = Statements::new(&spec(&["a"], Some(text)), Engine::Sqlite).expect("fits");
        assert_eq!(statements.change(true).binds(None, &["z".into()], 0), [Value::from("z"), "z".into()]);
        assert!(Statements::new(&spec(&["a"], Some("select '{{ range }}'")), Engine::Sqlite).is_err());
        assert!(Statements::new(&spec(&["a"], Some("select {{ to }}")), Engine::Sqlite).is_err());
    }

    #[test]
    fn a_row_is_named_by_its_key() {
        let statements = Statements::new(&spec(&["a", "b"], None), Engine::Sqlite).expect("fits");
        assert_eq!(statements.named(&[7.into(), "x".into()]), "a = 7, b = 'x'");
    }
}
