use std::collections::BTreeSet;

use super::*;

const ROLES: [Role; 6] = [
    Role::Hospital,
    Role::County,
    Role::City,
    Role::Expert,
    Role::Finance,
    Role::Core,
];

/// Every move that a machine makes, as `FROM action TO roles`.
fn moves<S: Copy, A: Copy>(
    states: &[S],
    actions: &[A],
    names: impl Fn(S) -> &'static str,
    verbs: impl Fn(A) -> &'static str,
    after: impl Fn(S, A, Role) -> Result<S, StateError>,
) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for state in states {
        for action in actions {
            let mut roles = Vec::new();
            let mut target = None;
            for role in ROLES {
                match after(*state, *action, role) {
                    Ok(to) => {
                        roles.push(format!("{role:?}"));
                        target = Some(to);
                    }
                    Err(StateError::NotYours { action: said }) => {
                        assert_eq!(said, verbs(*action));
                    }
                    Err(StateError::NotFromHere { state: said, .. }) => {
                        assert_eq!(said, names(*state));
                    }
                }
            }
            if let Some(to) = target {
                let (from, verb, to) = (names(*state), verbs(*action), names(to));
                all.insert(format!("{from} {verb} {to} {}", roles.join("+")));
            }
        }
    }
    all
}

fn expect(found: BTreeSet<String>, wanted: &[&str]) {
    let wanted: BTreeSet<String> = wanted.iter().map(|&row| row.to_owned()).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_special_case_moves_along_its_table() {
    let found = moves(
        SpecialState::ALL,
        SpecialAction::ALL,
        SpecialState::as_str,
        SpecialAction::as_str,
        SpecialState::after,
    );
    expect(
        found,
        &[
            "DECLARED screen DESK_SCREENED City",
            "DECLARED refuse REJECTED City",
            "DESK_SCREENED assign EXPERT_REVIEW City",
            "EXPERT_REVIEW approve APPROVED Expert",
            "EXPERT_REVIEW reject REJECTED Expert",
            "REJECTED appeal APPEALED Hospital",
            "REJECTED lapse FINALLY_REJECTED City",
            "APPEALED approve APPROVED Expert",
            "APPEALED reject FINALLY_REJECTED Expert",
            "APPROVED bind BOUND_TO_BATCH County+City",
        ],
    );
}

#[test]
fn a_batch_moves_along_its_table() {
    let found = moves(
        BatchState::ALL,
        BatchAction::ALL,
        BatchState::as_str,
        BatchAction::as_str,
        BatchState::after,
    );
    expect(
        found,
        &[
            "BATCH_FROZEN submit CORE_SUBMITTED City",
            "CORE_SUBMITTED accept CORE_ACCEPTED Core",
            "CORE_SUBMITTED return RETURNED Core",
            "RETURNED resubmit CORE_SUBMITTED City",
            "CORE_ACCEPTED reconcile RECONCILING City",
            "RECONCILING equal RECONCILED Hospital+City",
            "RECONCILING differ DIFFERENCE_PENDING Hospital+City",
            "DIFFERENCE_PENDING resolve RECONCILED Hospital+City",
            "RECONCILED request_payment PAYMENT_REQUESTED City",
            "PAYMENT_REQUESTED receive_payment PAID Core",
            "PAYMENT_REQUESTED fail_payment PAYMENT_FAILED Core",
            "PAYMENT_FAILED request_payment PAYMENT_REQUESTED City",
            "PAID close CLOSED Finance",
        ],
    );
    let clearable: Vec<&str> = BatchState::ALL
        .iter()
        .filter(|state| state.clearable())
        .map(|state| state.as_str())
        .collect();
    assert_eq!(clearable, ["PAID", "CLOSED"]);
}

#[test]
fn a_clearing_moves_along_its_table() {
    let found = moves(
        ClearingState::ALL,
        ClearingAction::ALL,
        ClearingState::as_str,
        ClearingAction::as_str,
        ClearingState::after,
    );
    expect(
        found,
        &[
            "PREPARED publish INSTITUTION_CONFIRMING City",
            "INSTITUTION_CONFIRMING dispute DISPUTE_PENDING Hospital",
            "DISPUTE_PENDING settle INSTITUTION_CONFIRMING City",
            "INSTITUTION_CONFIRMING confirm INSTITUTION_CONFIRMED Hospital",
            "INSTITUTION_CONFIRMED approve CLEARANCE_APPROVED City",
            "CLEARANCE_APPROVED post POSTED Finance",
            "POSTED lock LOCKED Finance",
        ],
    );
}

#[test]
fn terminal_states_are_those_without_a_move() {
    for state in SpecialState::ALL {
        let stuck = !SpecialAction::ALL
            .iter()
            .any(|action| ROLES.iter().any(|role| state.after(*action, *role).is_ok()));
        assert_eq!(stuck, state.terminal(), "{}", state.as_str());
        assert_eq!(SpecialState::from_name(state.as_str()), Some(*state));
    }
    for state in BatchState::ALL {
        let stuck = !BatchAction::ALL
            .iter()
            .any(|action| ROLES.iter().any(|role| state.after(*action, *role).is_ok()));
        assert_eq!(stuck, state.terminal(), "{}", state.as_str());
    }
    for state in ClearingState::ALL {
        let stuck = !ClearingAction::ALL
            .iter()
            .any(|action| ROLES.iter().any(|role| state.after(*action, *role).is_ok()));
        assert_eq!(stuck, state.terminal(), "{}", state.as_str());
    }
    assert_eq!(ClearingState::from_name("OPEN"), None);
}

#[test]
fn a_panel_is_of_two_strangers() {
    let fits =
        |panel: &[(&str, &str)], before: &[&str]| SpecialState::panel_fits("H1", panel, before);
    assert!(fits(&[("a", "H2"), ("b", "H3")], &[]));
    assert!(!fits(&[("a", "H2")], &[]));
    assert!(!fits(&[("a", "H2"), ("a", "H3")], &[]));
    assert!(!fits(&[("a", "H2"), ("b", "H1")], &[]));
    assert!(!fits(&[("a", "H2"), ("b", "H3")], &["b"]));
}
