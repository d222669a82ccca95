/* From a capture to reports: see judge.h */
#include "cli/command/judge.h"

#include "cli/command/emit.h"

const char *judge_names(void *context, const void *names, size_t bytes) { return symbols_read(context, names, bytes); }

int judge_capture(struct policy *policy, const struct options *options, const struct capture *capture,
                  struct symbols *symbols, int fd, struct verdict *ret_verdict)
{
        struct findings *findings;
        int answer = findings_make(policy, capture, symbols, &findings);
        if (answer < 0)
                return answer;
        *ret_verdict = (struct verdict){
                .exit_status = findings->exit_status, .n_gating = findings->n_gating, .n_gone = findings->n_gone};
        answer = emit_reports(options, capture, findings, fd);
        findings_free(findings);
        return answer;
}
