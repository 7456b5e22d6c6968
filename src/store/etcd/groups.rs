//! How many operations go into one transaction.

use super::wire::{Txn, TxnOperation};

/// So many operations, and as many comparisons, etcd takes in a transaction; in one within it as many fewer as are in that or
/// compared, whichever are more.
const OPERATIONS: usize = 128;

/// So many comparisons are made at most beside those of idempotency keys: of the count, of what stands behind it, of a lock.
pub(super) const OTHERS: usize = 4;

/// So many idempotency keys are compared at most: then a transaction within the other has room for 16.
pub(super) const KEYS_COMPARED: usize = OPERATIONS - 16 - OTHERS;

/// These operations as so few that one transaction with so many comparisons takes them. As few as can be are put into
/// transactions without a condition within it: the gateway reads again and again what is deeper.
pub(super) fn in_groups(mut operations: Vec<TxnOperation>, compared: usize) -> Vec<TxnOperation> {
    let all = operations.len();
    if all <= OPERATIONS {
        return operations;
    }
    let ways = (compared.max(1)..=OPERATIONS - 2).filter_map(|places| {
        let room = OPERATIONS - places;
        let groups = all.saturating_sub(places).div_ceil(room - 1);
        let alone = places.checked_sub(groups)?;
        Some((groups * (room + 1), alone, room))
    });
    let Some((_, alone, room)) = ways.min() else {
        return operations;
    };
    let mut deeper = operations.split_off(alone);
    while !deeper.is_empty() {
        let rest = deeper.split_off(room.min(deeper.len()));
        operations.push(TxnOperation::Within(Txn {
            success: std::mem::replace(&mut deeper, rest),
            ..Txn::default()
        }));
    }
    operations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::etcd::wire::Bytes;

    /// What is in the order in which it is done.
    fn keys(operations: &[TxnOperation]) -> Vec<Bytes> {
        let keys = operations.iter().flat_map(|operation| match operation {
            TxnOperation::Delete { key } => vec![key.clone()],
            TxnOperation::Within(within) => keys(&within.success),
            _ => Vec::new(),
        });
        keys.collect()
    }

    #[test]
    fn whatever_is_written_fits_and_is_as_flat_as_can_be() {
        for (many, compared) in [
            (1, 5),
            (128, 67),
            (129, 68),
            (131, 68),
            (513, 4),
            (1_001, KEYS_COMPARED + OTHERS),
            (3_002, 4),
        ] {
            let operations = (0..many).map(|number: usize| TxnOperation::Delete {
                key: Bytes(number.to_string().into_bytes()),
            });
            let operations: Vec<TxnOperation> = operations.collect();
            let all = keys(&operations);
            let grouped = in_groups(operations, compared);
            assert_eq!(keys(&grouped), all);
            let most = grouped.len().max(compared);
            assert!(most <= OPERATIONS, "{many}: {most}");
            let mut deeper = 0;
            for operation in &grouped {
                if let TxnOperation::Within(within) = operation {
                    assert!(within.success.len() <= OPERATIONS - most, "{many}");
                    deeper += within.success.len();
                }
            }
            match many {
                0..=OPERATIONS => assert_eq!(deeper, 0),
                129..=131 => assert!(deeper < 16, "{deeper}"),
                _ => assert!(deeper > 0),
            }
        }
    }
}
