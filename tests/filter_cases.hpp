// Filters with what they are to do, which find_runs and the page's script both read: the tests of either use them.
//
//   for (const erm_test::FilterCase& one : erm_test::filter_cases) read_filter(one.filter).matches(...) == one.accepts
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "erm/detail/base/time_text.hpp"
#include "erm/experiment_run.hpp"

namespace erm_test {

/// The run that the filters accept or not.
inline erm::ExperimentRun filter_example() {
  erm::RunOptions options;
  options.variant_id = "deep";
  options.run_id = "run 7";
  options.timestamp_utc = erm::detail::parse_time("2026-11-23T07:30:21.5");
  erm::ExperimentRun made("digits", options);
  made.log_params({{"optimizer", "adam"}, {"lr", 0.01}, {"seed", 18446744073709551615U}, {"nesterov", true}});
  made.log_params({{"as text", "0.9"}, {"python", "True"}, {"empty", ""}, {"zero", 0}, {"optimizer.beta", 0.9}});
  made.log_params({{"negative", -3}, {"version", "1.10"}, {"off", false}, {"quote", "it's \"so\""}, {"é", "ü"}});
  made.log_metrics({{"val/acc", 0.97}, {"val-loss", 0.1}, {"status", "fine"}});
  made.log_metric("broken", std::numeric_limits<double>::quiet_NaN());
  made.log_metric("huge", std::numeric_limits<double>::infinity());
  made.log_metric("nan as text", "nan");
  int step = 0;
  for (const double loss : {0.9, 0.2, 0.4}) made.log_metric("loss", loss, step++);
  made.log_metric("loss.min", 77);
  made.log_metric("only nan", std::nan(""), 1);
  made.log_dict("config", {{"a", 1}, {"deep", {{"list", {1, 2.5, "x"}}, {"flag", true}}}, {"nothing", nullptr}});
  made.log_dict("per class", {{"cat.dog", 0.5}});
  made.set_tag("candidate");
  made.set_tag("team", "vision");
  made.set_tag("rank", 2);
  made.set_tag("hidden", "false");
  made.set_note("Looks good; 10% better.");
  made.set_group("seed sweep 3");
  made.log_features({"lag_1", "lag_7"});
  made.log_text("x", "report/a");
  return made;
}

struct FilterCase {
  const char* filter;
  bool accepts;
};
inline constexpr FilterCase filter_cases[] = {
    {"", true},
    {"   \t\n", true},
    // numbers
    {"params.lr = 0.01", true},
    {"params.lr == 1e-2", true},
    {"params.lr != 0.01", false},
    {"params.lr <> 0.02", true},
    {"params.lr < 0.01", false},
    {"params.lr <= 0.01", true},
    {"params.lr > .009", true},
    {"params.lr >= +0.01", true},
    {"params.negative = -3", true},
    {"params.negative<-2", true},
    {"params.negative < -3.0", false},
    {"0.005 < params.lr", true},
    {"0.05 < params.lr", false},
    {"params.seed = 18446744073709551615", true},
    {"params.seed = 18446744073709551614", false},
    {"params.seed > 18446744073709551614", true},
    {"params.seed > -1", true},
    // text, and text that is a number
    {"params.optimizer = \"adam\"", true},
    {"params.optimizer = 'adam'", true},
    {"params.optimizer = 'Adam'", false},
    {"params.optimizer != 'sgd'", true},
    {"params.optimizer < 'sgd'", true},
    {"params.optimizer > 'sgd'", false},
    {"params.optimizer = 1", false},
    {"params.optimizer != 1", true},
    {"params.optimizer < 1", false},
    {"params.optimizer > 1", false},
    {"params.`as text` = 0.9", true},
    {"params.`as text` = '0.90'", true},
    {"params.`as text` > 0.8", true},
    {"params.lr = '0.01'", true},
    {"params.version = 1.1", true},
    {"params.empty = ''", true},
    {"params.quote = 'it''s \"so\"'", true},
    {"params.quote = \"it's \\\"so\\\"\"", true},
    {"params.é = 'ü'", true},
    // booleans
    {"params.nesterov = true", true},
    {"params.nesterov = TRUE", true},
    {"params.nesterov = false", false},
    {"params.nesterov != false", true},
    {"params.nesterov = 'true'", true},
    {"params.python = true", true},
    {"params.nesterov = 1", false},
    // names
    {"params.optimizer.beta = 0.9", true},
    {"params.`optimizer.beta` = 0.9", true},
    {"metrics.val/acc >= 0.9", true},
    {"metrics.val-loss<0.2", true},
    {"metrics.`val/acc` >= 0.98", false},
    {"metrics.status = 'fine'", true},
    // histories
    {"metrics.loss = 0.4", true},
    {"metrics.loss.last = 0.4", true},
    {"metrics.loss.first = 0.9", true},
    {"metrics.loss.min = 0.2", true},
    {"metrics.loss.max = 0.9", true},
    {"metrics.`loss.min` = 77", true},
    {"metrics.val/acc.max = 0.97", true},
    {"metrics.absent.max = 1", false},
    {"metrics.`only nan`.min is nan", true},
    {"metrics.loss.min < metrics.loss.last", true},
    {"metrics.loss.last < metrics.loss.min", false},
    // NaN and the infinities
    {"metrics.broken = nan", false},
    {"metrics.broken != nan", false},
    {"metrics.broken < 1", false},
    {"metrics.broken > 1", false},
    {"metrics.broken != 1", false},
    {"not metrics.broken < 1", true},
    {"metrics.broken is nan", true},
    {"metrics.`nan as text` is NaN", true},
    {"metrics.loss is nan", false},
    {"metrics.loss is not nan", true},
    {"metrics.huge = inf", true},
    {"metrics.huge > 1e308", true},
    {"metrics.huge > -inf", true},
    // missing
    {"params.absent = 1", false},
    {"params.absent != 1", false},
    {"not params.absent = 1", true},
    {"params.absent is missing", true},
    {"params.absent is not missing", false},
    {"params.empty is missing", false},
    {"params.absent is nan", false},
    {"params.absent in (1, 2)", false},
    {"params.absent not in (1, 2)", true},
    {"params.absent contains ''", false},
    {"params.absent", false},
    {"not params.absent", true},
    // a field alone
    {"params.nesterov", true},
    {"params.off", false},
    {"params.python", true},
    {"params.zero", false},
    {"params.lr", true},
    {"params.empty", false},
    {"params.optimizer", true},
    {"metrics.broken", false},
    {"tags.candidate", true},
    {"tags.failed", false},
    {"not tags.failed", true},
    {"tags.hidden", false},
    // tags, note, group
    {"tags.candidate = ''", true},
    {"tags.team = \"vision\"", true},
    {"tags.rank < 3", true},
    {"group = 'seed sweep 3'", true},
    {"note contains '10%'", true},
    {"note contains '11%'", false},
    {"failure is missing", true},
    // dicts
    {"dicts.config.a = 1", true},
    {"dicts.config.deep.flag", true},
    {"dicts.config.deep.list.1 = 2.5", true},
    {"dicts.config.deep.list.2 = 'x'", true},
    {"dicts.config.deep.list.3 is missing", true},
    {"dicts.config.deep.list.x is missing", true},
    {"dicts.config.deep.list.-1 is missing", true},
    {"dicts.config.deep.list contains '2.5'", true},
    {"dicts.config.a.b is missing", true},
    {"dicts.config.nothing = 'null'", true},
    {"dicts.config.absent is missing", true},
    {"dicts.`per class`.`cat.dog` = 0.5", true},
    {"dicts.`per class`.cat.dog is missing", true},
    {"dicts.absent.a is missing", true},
    // what the run is
    {"experiment = 'digits'", true},
    {"variant = 'deep'", true},
    {"variant in ('main', 'deep')", true},
    {"run = 'run 7'", true},
    {"run contains 'run'", true},
    {"status = 'finished'", true},
    {"status != 'failed'", true},
    {"status in ('failed', 'killed')", false},
    {"time >= '2026-11-23'", true},
    {"time < '2026-11-23'", false},
    {"time > '2026-11-23T07:30:21'", true},
    {"time < '2026-11-23T08:30:22+01:00'", true},
    {"time = '2026-11-23 07:30:21.500'", true},
    {"'2026-11-24' > time", true},
    {"time is missing", false},
    {"duration > 0", false},
    {"duration is missing", true},
    // lists
    {"features contains 'lag_7'", true},
    {"features contains 'lag'", false},
    {"features not contains 'lag_7'", false},
    {"features is missing", false},
    {"artifacts contains 'report/a'", true},
    {"artifacts contains 'report'", false},
    // in, contains
    {"params.optimizer in ('sgd', 'adam')", true},
    {"params.optimizer in ('sgd')", false},
    {"params.optimizer not in ('sgd')", true},
    {"params.lr in (0.1, 0.01)", true},
    {"params.lr IN ('0.010')", true},
    {"params.optimizer contains 'da'", true},
    {"params.optimizer not contains 'da'", false},
    {"params.lr contains '.01'", true},
    // and, or, not, parentheses
    {"params.lr = 0.01 and params.optimizer = 'adam'", true},
    {"params.lr = 0.01 AND params.optimizer = 'sgd'", false},
    {"params.lr = 1 or params.optimizer = 'adam'", true},
    {"params.lr = 1 or params.lr = 2 or params.lr = 3", false},
    {"params.lr = 0.01 or params.lr = 1 and params.lr = 2", true},
    {"(params.lr = 0.01 or params.lr = 1) and params.lr = 2", false},
    {"not params.lr = 1 and not params.lr = 2", true},
    {"not (params.lr = 0.01 or params.lr = 1)", false},
    {"not not params.nesterov", true},
    {"((((params.nesterov))))", true},
    {"params.optimizer = \"adam\" and params.lr < 0.1 and not tags.failed and metrics.val/acc >= 0.9", true},
    // words without quotes, and names alone
    {"params.optimizer = adam", true},
    {"params.optimizer = Adam", false},
    {"params.optimizer in (sgd, adam)", true},
    {"params.optimizer contains da", true},
    {"params.version = v1.10", false},
    {"status = finished", true},
    {"optimizer = adam and val/acc > 0.9", true},
    {"optimizer = `adam`", true},
    {"adam = params.optimizer", false},
    {"val/acc > lr", false},
    {"0.9 < val/acc", true},
    {"'adam' = optimizer", true},
    {"`val/acc` >= 0.98", false},
    {"loss.min = 0.2", true},
    {"loss.max in (0.9)", true},
    {"`loss.min` = 77", true},
    {"seed.min = 18446744073709551615", true},
    {"absent = 1", false},
    {"absent is missing", true},
    {"lr is not missing and not (lr = 1)", true},
    {"huge > 1e308", true},
    {"broken is nan", true},
    {"loss not in (0.4, 1)", false},
    {"optimizer contains 'da'", true},
    {"missing = 1", false},
};

/// A filter that cannot be read: the fault, and above which of its characters the caret stands.
struct FilterFault {
  const char* filter;
  const char* fault;
  std::size_t at;
};
#define ERM_TEST_FIELDS                                                                                               \
  "a field (params.NAME, metrics.NAME, dicts.NAME.KEY, tags.NAME, status, experiment, variant, run, time, duration, " \
  "group, note, failure, features or artifacts)"
inline constexpr FilterFault filter_faults[] = {
    {"params.lr <", "expected a field, a number or a text in quotes, found the end", 11},
    {"parms.lr < 1", "expected " ERM_TEST_FIELDS ", found 'parms.lr'", 0},
    {"params.é = 'ü' und tags.x", "expected 'and', 'or' or the end, found 'und'", 15},
    {"tags.a && tags.b", "expected 'and', 'or' or the end, found '&&'; write 'and'", 7},
    {"tags.a || tags.b", "expected 'and', 'or' or the end, found '||'; write 'or'", 7},
    {"metrics.loss - 1 = 0.9", "expected 'and', 'or' or the end, found '-'", 13},
    {"!tags.a", "expected a field, a number or a text in quotes, found '!'; write 'not'", 0},
    {"(tags.a", "expected 'and', 'or' or ')', found the end", 7},
    {"tags.a)", "expected 'and', 'or' or the end, found ')'", 6},
    {"params.a = 'x\ty", "the text that begins here has no end; close it with '", 11},
    {"params.`a = 1", "the name that begins here has no end; close it with `", 7},
    {"params.a = 1e-3x",
     "expected a number, found '1e-3x'; write it as in 42, 0.01 or 1e-3, and a length of time as in 90s, 5m, 2h or 1d",
     11},
    {"params.a = 5m", "a length of time can be compared with 'duration' only; if it is a text, put it in quotes", 11},
    {"1 = 1", "expected a field on one side of the comparison, found '1'", 0},
    {"'adam'", "expected =, !=, <, <=, > or >=, found the end", 6},
    {"params.a in 1", "expected '(', found '1'", 12},
    {"params.a in (1; 2)", "expected ',' or ')', found ';'", 14},
    {"params.a in ()", "expected a field, a number or a text in quotes, found ')'", 13},
    {"params.a in (params.b)", "expected a number or a text in quotes, found 'params.b'", 13},
    {"params.a not 1", "expected 'in' or 'contains', found '1'", 13},
    {"params.a is 1", "expected 'missing' or 'nan', found '1'", 12},
    {"params.a contains 1", "expected a text in quotes, found '1'", 18},
    {"status = 'done'", "expected \"running\", \"finished\", \"failed\" or \"killed\", found ''done''", 9},
    {"time > 'noon'",
     "expected a time, found ''noon''; write it as in \"2026-11-23\" or \"2026-11-23T07:30:21\", in UTC", 7},
    {"time > params.lr", "a time can be compared with a time only", 7},
    {"time contains '2026'", "a time contains no text; compare it", 0},
    {"time", "expected a comparison, found the end", 4},
    {"features = 'x'", "'features' is a list; ask what it 'contains'", 0},
    {"features", "expected 'contains', found the end", 8},
    {"params.", "expected " ERM_TEST_FIELDS ", found 'params.'", 0},
    {"dicts.a = 1", "expected " ERM_TEST_FIELDS ", found 'dicts.a'", 0},
    // names alone, and words that are part of the language
    {"val/loss", "expected a comparison, found the end", 8},
    {"loss acc", "expected a comparison, found 'acc'", 5},
    {"tags.a or adam", "expected a comparison, found the end", 14},
    {"optimizer.lr = 1", "expected " ERM_TEST_FIELDS ", found 'optimizer.lr'", 0},
    {"params.a = params.", "expected " ERM_TEST_FIELDS ", found 'params.'", 11},
    {"lr < and loss > 1", "expected " ERM_TEST_FIELDS ", found 'and'; if it is a text, put it in quotes", 5},
    {"in = 1", "expected " ERM_TEST_FIELDS ", found 'in'; if it is a text, put it in quotes", 0},
    {"lr = 5m", "a length of time can be compared with 'duration' only; if it is a text, put it in quotes", 5},
    {"status = done", "expected \"running\", \"finished\", \"failed\" or \"killed\", found 'done'", 9},
    {"time > noon", "expected a time, found 'noon'; write it as in \"2026-11-23\" or \"2026-11-23T07:30:21\", in UTC",
     7},
    {"lr not 1", "expected 'in' or 'contains', found '1'", 7},
};
#undef ERM_TEST_FIELDS

}  // namespace erm_test
