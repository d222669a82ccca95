/* unfreed baseline: the list of what is known already
 *
 * The file is policy/'s; here its four verbs get captures and print what they changed.
 */
#include "cli/capture/file.h"
#include "cli/command/emit.h"
#include "cli/command/judge.h"
#include "cli/command/verb.h"
#include "cli/say/say.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum act { ACT_INIT, ACT_CHECK, ACT_UPDATE, ACT_PRUNE, ACT_END };
static const char *const act_names[ACT_END] = {"init", "check", "update", "prune"};

static int act_do(enum act act, struct arguments *arguments, struct policy *policy, const struct capture *capture,
                  struct findings *findings)
{
        const struct options *options = &arguments->options;
        int answer = 0;
        size_t n = 0;
        switch (act) {
        case ACT_INIT:
                answer = policy_baseline_init(arguments->operands[1], findings, &n);
                if (answer >= 0 && options->quiet == 0)
                        printf("%s: %zu %s\n", arguments->operands[1], n, n == 1 ? "finding" : "findings");
                break;
        case ACT_UPDATE:
                answer = policy_baseline_update(policy, findings, options->quiet ? NULL : stdout);
                break;
        case ACT_PRUNE:
                answer = policy_baseline_prune(policy, findings, options->quiet ? NULL : stdout);
                break;
        default:
                answer = emit_reports(options, capture, findings, STDOUT_FILENO);
                break;
        }
        if (answer < 0)
                return STATUS_UNABLE;
        bool fails = findings->n_gating > 0 || (options->strict_baseline && findings->n_gone > 0);
        return act == ACT_CHECK && fails ? findings->exit_status : 0;
}

static int captures_act(enum act act, struct arguments *arguments)
{
        struct options *options = &arguments->options;
        struct policy *policy;
        if (act != ACT_INIT)
                options->baseline = arguments->operands[1];
        if (policy_open(options, &policy) < 0)
                return STATUS_UNABLE;
        struct capture capture = {.exit_status = -1};
        struct symbols *symbols = symbols_new();
        struct findings *findings = NULL;
        int answer = symbols ? 0 : say_error("no memory for names");
        for (int i = 2; i < arguments->n_operands && answer >= 0; i++)
                answer = capture_read(arguments->operands[i], &capture, judge_names, symbols);
        capture.exit_status = 0; /* of several runs: none */
        if (answer >= 0)
                answer = findings_make(policy, &capture, symbols, &findings);
        int status = answer < 0 ? STATUS_UNABLE : act_do(act, arguments, policy, &capture, findings);
        if (findings)
                findings_free(findings);
        capture_deinit(&capture);
        symbols_free(symbols);
        policy_close(policy);
        return status;
}

int verb_baseline(struct arguments *arguments)
{
        enum act act = ACT_INIT;
        const char *name = arguments->operands[0];
        while (name && act < ACT_END && strcmp(act_names[act], name) != 0)
                act++;
        if (name && act == ACT_END) {
                say_error("baseline %s is not known: init, check, update or prune; see `unfreed help baseline`", name);
                return STATUS_USAGE;
        }
        if (arguments->n_operands < 3) {
                say_error("%s; see `unfreed help baseline`",
                          !name                       ? "what to do is missing: init, check, update or prune"
                          : arguments->n_operands < 2 ? "the baseline file is missing"
                                                      : "no capture to look at");
                return STATUS_USAGE;
        }
        return captures_act(act, arguments);
}
