//! Command lines that make a trial or a run again.

use crate::LockKind;
use crate::lab::{Run, Trial};
use crate::office::Writes;

/// The command that shows a run again, whose trial may have more buyers.
pub(super) fn replay(trial: &Trial, played: &Run) -> String {
    let (steps, flags) = (played.steps(), flags(trial));
    let most = played.moves.iter().map(|step| step.buyer + 1).max();
    // A buyer that makes no step is not named by the steps.
    let users = played.ends.len();
    let users = if most == Some(users) {
        String::new()
    } else {
        format!(" --users {users}")
    };
    format!("tickets race replay '{steps}'{users}{flags}")
}

/// The argument that names the cluster of a trial, where it is on one.
pub(super) fn place(trial: &Trial) -> Option<String> {
    let place = trial.place.as_deref().filter(|_| trial.is_on_cluster())?;
    Some(format!(" --place '{}'", place.display()))
}

/// The arguments that make the same trial again.
pub(super) fn flags(trial: &Trial) -> String {
    let second_name = trial.second_name.then(|| " --second-name".to_owned());
    if let Some(scenario) = trial.scenario {
        return format!(
            " --scenario {}{}",
            scenario.name(),
            second_name.unwrap_or_default()
        );
    }
    let stock = (trial.stock != 1).then(|| format!(" --stock {}", trial.stock));
    let lock = (trial.lock != LockKind::None).then(|| format!(" --lock={}", trial.lock.name()));
    let writes = (trial.writes == Writes::InPlace).then(|| " --writes in-place".to_owned());
    let query = trial.query.then(|| " --query".to_owned());
    let all = [stock, lock, writes, query, second_name, place(trial)];
    all.into_iter().flatten().collect()
}
