//! What every store must do, shown through the traits alone: each promise is kept by the engine in memory, by the one
//! in a file and by the one on a server.

mod calls;
mod checkup;
mod claims;
mod coordination;
mod copied;
mod file;
mod halts;
mod handles;
mod inbox;
mod kept;
mod link_waits;
mod migration;
mod pairs;
mod sample;
mod served;
mod server;
mod server_load;
mod side_by_side;
mod tokens;
mod work;

/// Each promise, tried on each engine.
macro_rules! promises {
    ($($file:ident: $($name:ident),*;)*) => {
        mod in_memory {
            $($(#[tokio::test]
            async fn $name() {
                super::$file::$name(super::sample::Place::of(super::sample::Engine::Memory).unwrap()).await;
            })*)*
        }

        mod in_a_file {
            $($(#[tokio::test]
            async fn $name() {
                super::$file::$name(super::sample::Place::new()).await;
            })*)*
        }

        mod on_a_server {
            $($(#[tokio::test]
            async fn $name() {
                if let Some(place) = super::sample::Place::of(super::sample::Engine::Server) {
                    super::$file::$name(place).await;
                }
            })*)*
        }
    };
}

promises! {
    work:
        many_hints_for_one_record_are_one_piece_of_work,
        what_a_system_told_is_looked_at_before_the_look_of_a_sweep_that_lists_it_too,
        first_and_older_work_is_claimed_before_other_work_and_only_when_due,
        a_newer_hint_than_the_finished_one_leaves_the_record_pending,
        work_put_off_waits_keeps_its_age_and_says_why,
        a_version_accepted_last_is_passed_over,
        a_cursor_moves_with_its_hints,
        it_is_known_who_told_last,
        work_put_off_while_the_clock_was_ahead_is_due_within_the_longest_wait;
    claims:
        nothing_is_written_under_a_lost_claim,
        a_claim_is_never_given_twice,
        a_claim_that_is_held_on_to_is_not_given_to_another,
        what_came_meanwhile_is_answered_by_the_claim_that_takes_over,
        only_what_came_after_the_claim_makes_the_record_work_again,
        a_sweeps_own_look_outlives_what_becomes_of_the_work_before_it;
    coordination:
        what_a_silent_node_has_another_takes_over_and_fences_it,
        a_node_that_comes_late_and_that_nobody_fenced_has_everything_still,
        no_number_is_given_twice_whoever_has_the_store,
        a_pair_has_one_node_and_that_one_token,
        nothing_is_written_under_a_role_that_another_has,
        what_a_node_leaves_is_free_at_once,
        two_nodes_never_have_the_same_at_once,
        no_stretch_sees_more_calls_than_the_rate_says,
        a_pause_holds_for_every_node;
    pairs:
        links_are_found_from_both_ends_with_their_exact_base,
        intents_stay_open_until_they_are_settled,
        a_settlement_happens_whole_or_not_at_all,
        a_decision_is_journalled_with_what_it_led_to;
    kept:
        history_gives_the_newest_lines_oldest_first,
        decisions_come_back_as_they_were_by_record_and_since_an_instant,
        generations_and_the_last_good_rules_survive,
        earlier_rules_can_be_told_as_they_were_and_a_hundred_generations_are_kept,
        what_answers_showed_is_kept_in_the_place_of_what_was_known_before;
    calls:
        calls_are_kept_by_record_and_go_by_age_and_by_bytes;
    handles:
        a_record_is_found_by_what_it_is_called_however_it_is_spelt,
        what_a_record_is_called_goes_with_its_link_and_its_age;
    tokens:
        a_token_is_written_over_the_one_that_was_read_also_after_a_restart,
        of_many_who_write_over_the_same_token_one_does;
    inbox:
        parks_are_renewed_by_group_and_back_off,
        parked_work_is_tried_again_on_demand,
        a_dropped_park_stays_quiet_until_its_record_changes,
        dropping_one_park_leaves_the_others_of_its_record,
        a_found_record_wakes_the_work_that_waits_for_it;
    halts:
        what_is_held_waits_and_goes_on_as_it_was_told_also_after_a_restart,
        what_is_lifted_while_work_goes_on_makes_it_work_again_at_once,
        what_is_held_until_a_time_goes_on_when_that_has_come,
        what_a_sweep_came_upon_is_owed_a_sweep,
        parks_of_what_is_held_stay_and_rest,
        what_was_put_off_is_told_and_goes_at_once_on_demand;
    link_waits:
        whoever_waits_for_a_link_is_work_once_it_is_made_also_after_a_restart,
        a_link_that_was_made_while_the_work_went_on_makes_it_work_again_at_once,
        only_what_the_last_look_missed_counts_and_a_pair_does_not_wait_for_itself;
}
