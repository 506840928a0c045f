//! The same edits on plain data: what a text must say after it was edited.

use serde_json::{Map, Value};

use super::FileError;

/// The names on the way to a value.
pub type Path = Vec<String>;

/// One change, already decided: it is neither there nor impossible in the data.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    Set {
        path: Path,
        value: Value,
    },
    Remove {
        path: Path,
    },
    /// To a list that is not empty.
    Append {
        path: Path,
        items: Vec<Value>,
    },
    /// By their places, in ascending order.
    Delete {
        path: Path,
        at: Vec<usize>,
    },
    Rename {
        from: Path,
        to: Path,
    },
}

/// Takes a dotted key apart.
pub fn path(key: &str) -> Result<Path, FileError> {
    let path: Path = key.split('.').map(str::to_owned).collect();
    if path.iter().any(String::is_empty) {
        return Err(FileError::impossible(format!("`{key}` is not a key: a name is missing beside a dot")));
    }
    Ok(path)
}

/// Every value at a path; `*` stands for every item of a list or value of a mapping.
pub fn values<'v>(data: &'v Value, path: &[String]) -> Vec<&'v Value> {
    let Some((name, rest)) = path.split_first() else { return vec![data] };
    match data {
        Value::Object(map) if name == "*" => map.values().flat_map(|value| values(value, rest)).collect(),
        Value::Array(list) if name == "*" => list.iter().flat_map(|value| values(value, rest)).collect(),
        Value::Object(map) => map.get(name).map_or_else(Vec::new, |value| values(value, rest)),
        Value::Array(list) => {
            name.parse::<usize>().ok().and_then(|at| list.get(at)).map_or_else(Vec::new, |value| values(value, rest))
        }
        _ => Vec::new(),
    }
}

/// The value at a path through mappings.
pub fn get<'v>(data: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(data, |data, name| data.as_object()?.get(name))
}

/// Sets a value and makes the mappings on the way that are missing or empty.
///
/// # Errors
/// When something else than a mapping is on the way.
pub fn set(data: &mut Value, path: &[String], value: Value) -> Result<(), FileError> {
    let Some((last, parents)) = path.split_last() else {
        *data = value;
        return Ok(());
    };
    let mut map = data;
    for name in parents {
        map = mapping(map, name)?.entry(name).or_insert(Value::Null);
    }
    mapping(map, last)?.insert(last.clone(), value);
    Ok(())
}

fn mapping<'v>(data: &'v mut Value, name: &str) -> Result<&'v mut Map<String, Value>, FileError> {
    if data.is_null() {
        *data = Value::Object(Map::new());
    }
    data.as_object_mut().ok_or_else(|| FileError::impossible(format!("what should hold `{name}` is not a mapping")))
}

fn take(data: &mut Value, path: &[String]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let map = parents.iter().try_fold(data, |data, name| data.as_object_mut()?.get_mut(name))?;
    map.as_object_mut()?.shift_remove(last)
}

fn list<'v>(data: &'v mut Value, path: &[String]) -> Option<&'v mut Vec<Value>> {
    path.iter().try_fold(data, |data, name| data.as_object_mut()?.get_mut(name))?.as_array_mut()
}

/// Makes an edit.
///
/// # Errors
/// When something else than a mapping is on the way.
pub fn apply(data: &mut Value, edit: &Edit) -> Result<(), FileError> {
    match edit {
        Edit::Set { path, value } => set(data, path, value.clone())?,
        Edit::Remove { path } => {
            take(data, path);
        }
        Edit::Append { path, items } => {
            if let Some(list) = list(data, path) {
                list.extend(items.iter().cloned());
            }
        }
        Edit::Delete { path, at } => {
            if let Some(list) = list(data, path) {
                let mut place = 0..;
                list.retain(|_| place.next().is_none_or(|place| !at.contains(&place)));
            }
        }
        Edit::Rename { from, to } => {
            if let Some(value) = take(data, from) {
                set(data, to, value)?;
            }
        }
    }
    Ok(())
}

/// What `rename` comes to, or `None` when there is nothing to do.
///
/// # Errors
/// When the value would be moved into itself, or other values would be lost.
pub fn rename(data: &Value, from: Path, to: Path) -> Result<Option<Edit>, FileError> {
    let Some(value) = get(data, &from) else { return Ok(None) };
    let (old, new) = (from.join("."), to.join("."));
    if from == to {
        return Ok(None);
    }
    if to.starts_with(&from) {
        return Err(FileError::impossible(format!("`{old}` cannot become `{new}`, which is inside it")));
    }
    if from.starts_with(&to) {
        // The value takes the place of the mapping that holds it, which must hold nothing else.
        for depth in to.len()..from.len() {
            if get(data, &from[..depth]).and_then(Value::as_object).is_some_and(|map| map.len() > 1) {
                let holder = from[..depth].join(".");
                return Err(FileError::impossible(format!("`{old}` cannot become `{new}`: `{holder}` holds more")));
            }
        }
        if get(value, &from[to.len()..]).is_some() {
            return Err(FileError::impossible(format!("`{old}` cannot become `{new}`: it holds such a key itself")));
        }
        return Ok(Some(Edit::Rename { from, to }));
    }
    Ok(Some(match get(data, &to) {
        Some(_) => Edit::Remove { path: from },
        None => Edit::Rename { from, to },
    }))
}
