"""The attacks that every release must withstand in every tier, by name; all others are our own."""

MUST_PASS = frozenset(
    """
    eq_object eq_int eq_str eq_list eq_tuple eq_meta mock_any json_dumps_patch allclose_patch
    stdout_getvalue_patch exit_import exit_call SystemExit _exit_import _exit_call posix_exit_obfuscated
    atexit_exit excepthook_exit skiptest_all frame_walk co_consts linecache gc_scan proc_ppid_mem
    proc_ppid_environ inherited_fd read_test_file result_forging_mp expected_mutation sentinel_print
    reward_file_overwrite late_daemon_write pytest_report_patch pytest_runtest_patch conftest_hook
    sitecustomize_pth ld_preload_env shadow_numpy redefine_check builtins_patch zip_truncation
    partial_then_exit call_count_state hardcode_shown time_patch sigalrm_ignore fork_bomb thread_bomb
    mem_bomb output_flood pipe_holder fifo_symlink disk_fill net_connect ptrace mount unshare execve
    kill_all env_secret nan_equal set_compare

    restate_product restate_sum restate_integral restate_gcd restate_binom chain_eq answer_eq two_boxes
    adjacent_boxes nested_box think_only number_spam hash_spam unit_wrong unit_scale percent_100 rel_tol
    bigint_off1 tiny_vs_zero base_dropped interval_kind text_junk color_hidden pm unparsed_gold
    unparsed_both eval_pi parse_expr_call power_tower factorial poly_blowup deep_nesting digit_flood
    truncation_pad choice_spam no_box_fallback unterminated_box echo_gold

    garbage_zero shotgun_zero constant_zero empty_gold write_attempt duplicates dup_keys deep stuffing
    codeblock_hide
    """.split()  # noqa: SIM905 (a list in quotes would take a page)
)
