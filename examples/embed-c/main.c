/* 从 C 调用分组器 / the grouper called from C. The cases are made up. */

#include <stdio.h>
#include <string.h>

#include "chs_grouper.h"

static int failures = 0;

static void expect(int holds, const char *what)
{
    printf("%s %s\n", holds ? "ok  " : "FAIL", what);
    failures += !holds;
}

int main(void)
{
    char *error = NULL;
    const struct chs_scheme *scheme = chs_open("chs-drg-2.0", &error);
    if (scheme == NULL) {
        fprintf(stderr, "%s\n", error);
        chs_free(error);
        return 1;
    }

    struct chs_case row = {
        .sex = "1", .age = "69", .los = "14",
        .dx = "R57.000|G00.900", .px = "39.9500x006|65.7904",
    };
    char *answer = chs_group(scheme, &row);
    printf("%s\n", answer);
    expect(strstr(answer, "\"status\":\"grouped\"") != NULL, "grouped");
    expect(strstr(answer, "\"drg\":\"FP15\"") != NULL, "FP15");
    chs_free(answer);

    row.age = "sixty";
    answer = chs_group(scheme, &row);
    expect(strstr(answer, "\"status\":\"invalid\"") != NULL, "a bad age is invalid");
    expect(strstr(answer, "bad_age") != NULL, "and says so");
    chs_free(answer);

    row.age = "\xff";
    answer = chs_group(scheme, &row);
    expect(strstr(answer, "bad_row") != NULL, "a text that is not UTF-8 is invalid");
    chs_free(answer);

    expect(chs_open("no-such-scheme", &error) == NULL, "an unknown scheme is NULL");
    expect(error != NULL && strstr(error, "chs-drg-2.0") != NULL, "with the known ones as reason");
    chs_free(error);
    expect(chs_open(NULL, NULL) == NULL, "so is none, and nobody need ask why");
    expect(chs_group(NULL, &row) == NULL, "without a scheme there is no answer");
    chs_free(NULL);
    return failures != 0;
}
