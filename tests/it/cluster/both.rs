//! The tests of an event in a file, of an event on a cluster: one list.

/// Makes a test of each of them.
macro_rules! on_the_cluster_too {
    ($($room:ident [$($path:tt)+]: $($test:ident)*;)*) => {
        $(mod $room {
            use $($path)+ as tested;

            $(#[test]
            fn $test() {
                crate::cluster::on_cluster(tested::$test);
            })*
        })*
    };
}

on_the_cluster_too! {
    bookings [crate::bookings]:
        book_sells_and_tells_people_and_programs
        sold_out_is_3_and_says_how_many_are_left
        many_processes_book_at_once_and_nothing_is_oversold
        a_sale_is_given_back_whole_or_in_parts_but_once
        an_id_that_is_no_sale_is_refused
        many_cancel_one_sale_and_one_of_them_does
        the_stock_is_adjusted_but_never_below_what_is_sold
        all_commands_at_once_add_up
        an_id_is_taken_in_any_case_and_by_its_number_alone
        who_wants_no_more_than_the_result_gets_it_alone
        a_name_is_kept_as_people_read_it;
    keys [crate::keys]:
        the_same_order_again_gives_the_same_sale_again
        another_order_with_the_key_is_refused
        the_key_of_a_cancelled_sale_is_refused
        a_refusal_does_not_use_the_key_up
        one_key_in_many_processes_at_once_is_sold_once
        a_key_of_before_a_reset_is_not_known_any_more;
    holds [crate::events::holds]:
        what_is_due_is_left_to_who_needs_it_and_is_the_holders_until_then
        one_hold_and_one_seat_go_to_one_of_many
        whoever_needs_tickets_ends_due_holds_the_earliest_first_and_no_more_than_it_takes
        a_sale_that_finds_enough_ends_no_hold
        one_key_is_one_order_whatever_its_kind
        a_hold_ends_once_and_says_what_became_of_it_ever_after
        people_are_told_what_is_held_and_scripts_its_id
        who_sees_two_numbers_of_what_is_left_is_told_what_is_between_them
        a_name_is_written_down_as_people_compare_it
        what_is_held_is_listed_with_the_ids_to_confirm
        a_hold_that_is_sold_is_not_told_as_held;
    limits [crate::events::limits]:
        limits_times_and_closing_are_kept
        a_buyers_limit_goes_by_todays_name_as_people_compare_names
        a_buyers_limit_is_kept_on_a_long_ledger
        for_how_long_tickets_are_held_is_told_as_it_was_given
        while_it_is_closed_what_gives_back_and_what_was_held_goes_on
        whether_it_is_on_sale_is_told_in_one_word;
    life [crate::events::life]:
        each_setting_is_changed_alone_by_one_line_that_says_who_did_it
        an_event_to_practise_on_is_for_real_once_it_is_set
        who_did_it_and_why_stands_on_the_ledger
        a_name_is_corrected_and_moves_no_ticket
        a_sale_is_shown_with_all_its_lines_and_what_it_is_by_now;
    audits [crate::audits]:
        an_audit_beside_sales_finds_nothing;
    again [crate::events::imports::again]:
        a_row_with_a_key_is_one_order_with_others
        standard_input_needs_a_batch_and_the_batch_makes_the_keys
        rows_that_were_sold_before_as_of_another_list_are_named
        a_row_whose_sale_was_cancelled_is_told_as_that_sale;
    formats [crate::events::imports::formats]:
        rows_and_columns_without_anything_in_them_are_passed_over;
    long [crate::events::imports::long]:
        two_imports_of_one_list_at_once_sell_it_once;
    rejects [crate::events::imports::rejects]:
        with_rejects_a_row_that_makes_no_sense_is_refused_and_the_others_are_sold;
    skipped [crate::events::imports::skipped]:
        a_list_of_several_lists_sells_what_is_new_in_it_once
        each_sale_stands_for_one_row;
    sold [crate::events::imports::sold]:
        a_list_is_sold_row_by_row_and_once
        a_list_that_is_sold_says_so
        the_rows_of_one_write_know_of_one_another;
}

#[cfg(feature = "serve")]
on_the_cluster_too! {
    counts [crate::serve::counts]:
        whoever_looks_after_an_answer_finds_it_counted;
}
