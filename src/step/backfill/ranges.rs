//! Cuts the keys of a table into ranges that workers take one after the other.

use serde::{Deserialize, Serialize};

use super::statements::{Key, Statements};
use crate::model::Value;
use crate::store::{Connection, StoreError};

/// Ranges for each worker, so that none waits long for the others at the end.
const EACH: u64 = 4;

/// Keys behind `after` (of all from the start where there is none), up to `upto`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Key>,
    pub upto: Key,
}

/// The keys of a pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cut {
    /// None in an empty table.
    pub ranges: Vec<Range>,
    /// The keys are whole numbers, close enough together for the end of a batch to be reckoned rather than looked up.
    pub dense: bool,
}

/// Cuts the keys of a pass over `found` rows. The highest key is fixed here.
///
/// # Errors
/// When the store cannot be read.
pub async fn cut(
    statements: &Statements,
    connection: &mut Connection,
    workers: u64,
    found: u64,
) -> Result<Cut, StoreError> {
    let Some(highest) = connection.query(&statements.highest, &[]).await?.rows.into_iter().next() else {
        return Ok(Cut::default());
    };
    let lowest = connection.query(&statements.lowest, &[]).await?.rows.into_iter().next();
    let parts = if workers > 1 { (EACH * workers).min(found).max(1) } else { 1 };
    if let (Some([low]), [high]) = (lowest.as_deref(), highest.as_slice())
        && let Some(cuts) = numbers(low, high, parts, found)
    {
        return Ok(Cut { ranges: between(cuts, highest), dense: true });
    }
    let cuts = if parts > 1 { quantiles(statements, connection, found, parts).await? } else { Vec::new() };
    Ok(Cut { ranges: between(cuts, highest), dense: false })
}

/// The key so many whole numbers behind another one.
pub fn further(key: &Value, by: u64) -> Option<Value> {
    value(whole(key)?.checked_add(i128::from(by))?)
}

/// Whether a key lies behind another one, where both are whole numbers.
pub fn is_behind(key: &Value, other: &Value) -> bool {
    matches!((whole(key), whole(other)), (Some(key), Some(other)) if key > other)
}

/// A key about halfway between two others, where they are whole numbers and at least so far apart.
pub fn middle(low: &[Value], high: &[Value], least: u32) -> Option<Key> {
    let ([low], [high]) = (low, high) else { return None };
    let (low, high) = (whole(low)?, whole(high)?);
    let far = high - low >= i128::from(least);
    far.then(|| value(low + (high - low) / 2).map(|middle| vec![middle]))?
}

fn whole(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

fn value(n: i128) -> Option<Value> {
    i64::try_from(n).map(Value::from).or_else(|_| u64::try_from(n).map(Value::from)).ok()
}

/// Where whole numbers lie close enough together, equal parts of them hold about as many rows.
fn numbers(low: &Value, high: &Value, parts: u64, found: u64) -> Option<Vec<Key>> {
    let (low, high, parts) = (whole(low)?, whole(high)?, i128::from(parts));
    let span = high.checked_sub(low)?.checked_add(1)?;
    if span < parts || span > 2 * i128::from(found) {
        return None;
    }
    (1..parts).map(|i| Some(vec![value(low + span * i / parts - 1)?])).collect()
}

/// Otherwise by going along the rows that are to be changed.
async fn quantiles(
    statements: &Statements,
    connection: &mut Connection,
    found: u64,
    parts: u64,
) -> Result<Vec<Key>, StoreError> {
    let mut cuts: Vec<Key> = Vec::new();
    let step = (found / parts).max(1);
    while (cuts.len() as u64) < parts - 1 {
        let after = cuts.last();
        let sql = statements.quantile(after.is_none());
        let binds = sql.binds(after, &[], step - 1);
        let Some(cut) = connection.query(&sql.text, &binds).await?.rows.into_iter().next() else { break };
        cuts.push(cut);
    }
    Ok(cuts)
}

/// Ranges that leave out nothing between the first key and the last. Cuts are in order.
fn between(mut cuts: Vec<Key>, last: Key) -> Vec<Range> {
    cuts.retain(|cut| *cut != last);
    cuts.push(last);
    let after = std::iter::once(None).chain(cuts.iter().cloned().map(Some)).collect::<Vec<_>>();
    after.into_iter().zip(cuts).map(|(after, upto)| Range { after, upto }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(low: i64, high: i64, parts: u64, found: u64) -> Option<Vec<i64>> {
        let cuts = numbers(&low.into(), &high.into(), parts, found)?;
        Some(cuts.iter().map(|key| key[0].as_i64().expect("a number")).collect())
    }

    #[test]
    fn numbers_without_large_gaps_are_cut_by_arithmetic() {
        assert_eq!(cuts(1, 100, 4, 100), Some(vec![25, 50, 75]));
        assert_eq!(cuts(-10, 9, 4, 11), Some(vec![-6, -1, 4]));
        assert_eq!(cuts(1, 1_000_000, 4, 1_000), None, "the rows may all be at one end");
        assert_eq!(cuts(i64::MIN, i64::MAX, 4, 1_000), None);
        assert_eq!(cuts(1, 3, 4, 3), None);
        let top = [u64::MAX - 99, u64::MAX].map(Value::from);
        let cuts = numbers(&top[0], &top[1], 2, 100).expect("numbers");
        assert_eq!(cuts, [vec![Value::from(u64::MAX - 50)]]);
        assert!(numbers(&"a".into(), &"b".into(), 2, 100).is_none());
    }

    #[test]
    fn the_end_of_a_batch_is_reckoned() {
        assert_eq!(further(&(-3).into(), 5), Some(2.into()));
        assert_eq!(further(&i64::MAX.into(), 1), Some((1_u64 << 63).into()));
        assert_eq!(further(&u64::MAX.into(), 1), None);
        assert_eq!(further(&"a".into(), 1), None);
        assert!(is_behind(&u64::MAX.into(), &(-1).into()) && !is_behind(&1.into(), &1.into()));
    }

    #[test]
    fn keys_are_parted_in_the_middle() {
        assert_eq!(middle(&[i64::MIN.into()], &[u64::MAX.into()], 9), Some(vec![4_611_686_018_427_387_903_i64.into()]));
        assert_eq!(middle(&[3.into()], &[5.into()], 2), Some(vec![4.into()]));
        assert_eq!(middle(&[3.into()], &[5.into()], 3), None);
        assert_eq!(middle(&["a".into()], &["b".into()], 1), None);
        assert_eq!(middle(&[1.into(), 1.into()], &[2.into(), 2.into()], 1), None);
    }

    #[test]
    fn ranges_leave_nothing_out() {
        let key = |n: i64| vec![Value::from(n)];
        assert_eq!(between(Vec::new(), key(9)), [Range { after: None, upto: key(9) }]);
        let ranges = between(vec![key(3), key(6), key(9)], key(9));
        let wanted = [(None, 3), (Some(3), 6), (Some(6), 9)];
        assert_eq!(ranges, wanted.map(|(after, upto)| Range { after: after.map(key), upto: key(upto) }));
    }
}
