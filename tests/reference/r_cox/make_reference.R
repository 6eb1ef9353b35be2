# Cox models by R, for tests/unit/survival/test_cox_reference.py.
# Rscript make_reference.R (Debian: r-base-core, r-cran-survival; no other package):
# writes the data sets as analysed (*.csv) and R's answers (reference.json), 17 digits.
# Coefficients are converged: coxph.control(eps = 1e-14), R's own 1e-9 stops early.
library(survival)

quote_text <- function(x) paste0('"', x, '"')
number <- function(x) {
  text <- formatC(as.numeric(x), digits = 17, format = "g", width = 1)
  ifelse(is.finite(as.numeric(x)), text, "null")
}
array_of <- function(x) paste0("[", paste(x, collapse = ", "), "]")
numbers <- function(x) array_of(number(x))
object <- function(...) {
  parts <- list(...)
  parts <- parts[!vapply(parts, is.null, TRUE)]
  pairs <- paste0(quote_text(names(parts)), ": ", unlist(parts))
  paste0("{", paste(pairs, collapse = ",\n   "), "}")
}
p_of <- function(statistic, df) pchisq(statistic, df, lower.tail = FALSE)
test_of <- function(statistic, df) numbers(c(statistic, df, p_of(statistic, df)))

zph_of <- function(fit, transform) {
  table <- cox.zph(fit, transform = transform)$table
  rows <- apply(table, 1, numbers)
  paste0("{", paste0(quote_text(rownames(table)), ": ", rows, collapse = ", "), "}")
}

CONTROL <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
cases <- list()
case <- function(name, data, formula, call, transforms = c("km", "rank"), ...) {
  extra <- as.list(substitute(list(...)))[-1] # columns of `data`, not to be looked up here
  fit <- eval(as.call(c(list(quote(coxph), formula, data = data, x = TRUE, y = TRUE,
                             model = TRUE, control = CONTROL), extra)))
  beta <- coef(fit)
  naive <- if (is.null(fit$naive.var)) fit$var else fit$naive.var
  error <- sqrt(diag(as.matrix(fit$var)))
  df <- length(beta)
  zph <- vapply(transforms, function(x) zph_of(fit, x), "")
  limits <- exp(confint(fit))
  cases[[name]] <<- object(
    data = quote_text(deparse(substitute(data))),
    r = quote_text(gsub('"', "'", paste(deparse(formula), collapse = " "))),
    call = call,
    terms = array_of(quote_text(names(beta))),
    coef = numbers(beta),
    se = numbers(sqrt(diag(as.matrix(naive)))),
    robust_se = if (!is.null(fit$naive.var)) numbers(error),
    p = numbers(2 * pnorm(-abs(beta / error))),
    lower = numbers(limits[, 1]), upper = numbers(limits[, 2]),
    loglik = numbers(fit$loglik),
    lr = test_of(2 * diff(fit$loglik), df),
    score = test_of(fit$score, df),
    wald = test_of(as.numeric(fit$wald.test), df),
    robust_score = if (!is.null(fit$rscore)) test_of(as.numeric(fit$rscore), df),
    concordance = numbers(fit$concordance[c("concordance", "std")]),
    n = number(fit$n), n_event = number(fit$nevent),
    zph = if (length(transforms)) paste0(
      "{", paste0(quote_text(transforms), ": ", zph, collapse = ",\n    "), "}")
  )
}

# survival's own data sets, complete cases, as plain numbers and words -----------------
lung <- na.omit(survival::lung[c("inst", "time", "status", "age", "sex", "ph.ecog", "wt.loss")])
names(lung) <- c("inst", "time", "status", "age", "sex", "ph_ecog", "wt_loss")
lung$event <- lung$status - 1
lung$months <- round(lung$time / 30.4375, 2)
lung$w <- round(0.5 + lung$wt_loss %% 7 / 3, 2)
lung$n_times <- 1 + lung$wt_loss %% 3
lung$income <- 1e6 + 1e4 * lung$age + 50 * lung$wt_loss^2
lung$tiny <- 1e-3 * lung$age^2
veteran <- survival::veteran
veteran$celltype <- as.character(veteran$celltype)
names(veteran)[names(veteran) == "status"] <- "event"
heart <- survival::heart
heart$transplant <- as.integer(as.character(heart$transplant))
heart$w <- 1 + heart$id %% 4 / 4
bladder <- survival::bladder[survival::bladder$enum < 5, ]
rats <- survival::rats
names(rats)[names(rats) == "status"] <- "event"
rats$sex <- as.character(rats$sex)

# made up: heavy ties, three-level factor, 60 strata, late entry, weights, clusters ----
set.seed(20261)
n <- 400
ties <- data.frame(
  site = sample(60, n, replace = TRUE), arm = sample(c("A", "B", "C"), n, replace = TRUE),
  age = round(rnorm(n, 60, 11), 1), sex = sample(c("f", "m"), n, replace = TRUE),
  w = round(runif(n, 0.2, 3), 3), patient = sample(150, n, replace = TRUE))
rate <- exp(0.5 * (ties$arm == "B") - 0.4 * (ties$arm == "C") + 0.02 * (ties$age - 60))
ties$entry <- sample(0:4, n, replace = TRUE)
ties$time <- ties$entry + ceiling(rexp(n, rate / 6))
ties$event <- as.integer(runif(n) < 0.7)
ties$decimal <- ties$time / 10 + 0.1 + 0.2 * (ties$sex == "f")

# lung --------------------------------------------------------------------------------
case("lung_decimal_times", lung, Surv(months, event) ~ age + sex + ph_ecog,
     '{"formula": "age + sex + ph_ecog", "time": "months"}', c("km", "rank", "identity", "log"))
case("lung_weights_naive", lung, Surv(time, event) ~ age + factor(sex),
     '{"formula": "age + C(sex)", "weights": "n_times"}', weights = n_times)
case("lung_weights_fractional", lung, Surv(time, event) ~ age + factor(sex),
     '{"formula": "age + C(sex)", "weights": "w"}', weights = w)
case("lung_robust", lung, Surv(time, event) ~ age + sex,
     '{"formula": "age + sex", "robust": true}', robust = TRUE)
case("lung_strata_cluster", lung, Surv(time, event) ~ age + ph_ecog + strata(sex) + cluster(inst),
     '{"formula": "age + ph_ecog", "strata": "sex", "cluster": "inst"}')
case("lung_many_strata", lung, Surv(time, event) ~ age + sex + strata(inst),
     '{"formula": "age + sex + strata(inst)"}')
case("lung_interaction", lung, Surv(time, event) ~ age * factor(sex) + factor(ph_ecog > 0),
     '{"formula": "age * factor(sex) + C(has_ecog)"}')
case("lung_scales", lung, Surv(time, event) ~ income + tiny + sex,
     '{"formula": "income + tiny + sex"}', c()) # cox.zph cannot invert these scales
case("lung_single", lung, Surv(time, event) ~ wt_loss, '{"formula": "wt_loss"}',
     c("km", "rank", "identity", "log"))
case("lung_log", lung, Surv(time, event) ~ log(age) + I(ph_ecog^2),
     '{"formula": "np.log(age) + I(ph_ecog**2)"}')
case("lung_no_margin", lung, Surv(time, event) ~ age + age:factor(sex),
     '{"formula": "age + age:C(sex)"}')
# veteran -----------------------------------------------------------------------------
case("veteran_factors", veteran, Surv(time, event) ~ trt + celltype + karno,
     '{"formula": "trt + celltype + karno"}', c("km", "rank", "identity", "log"))
case("veteran_factor_interaction", veteran, Surv(time, event) ~ factor(trt) * celltype + karno,
     '{"formula": "C(trt) * celltype + karno"}')
case("veteran_breslow_strata", veteran, Surv(time, event) ~ trt + karno + strata(celltype),
     '{"formula": "trt + karno", "strata": "celltype", "ties": "breslow"}', ties = "breslow")
case("veteran_breslow_robust", veteran, Surv(time, event) ~ trt + celltype,
     '{"formula": "trt + celltype", "cluster": "karno", "ties": "breslow"}',
     ties = "breslow", cluster = karno)
# heart: delayed entry ----------------------------------------------------------------
case("heart_entry", heart, Surv(start, stop, event) ~ age + surgery + transplant,
     '{"formula": "Surv(start, stop, event) ~ age + surgery + transplant"}',
     c("km", "rank", "identity", "log"))
case("heart_entry_weights", heart, Surv(start, stop, event) ~ age * transplant,
     '{"formula": "Surv(start, stop, event) ~ age * transplant", "weights": "w"}',
     weights = w, cluster = id)
cases$heart_entry_weights <- sub('"weights": "w"', '"weights": "w", "cluster": "id"',
                                 cases$heart_entry_weights, fixed = TRUE)
case("heart_entry_strata_breslow", heart, Surv(start, stop, event) ~ age + year + strata(surgery),
     '{"formula": "Surv(start, stop, event) ~ age + year + strata(surgery)", "ties": "breslow"}',
     ties = "breslow")
# bladder: Wei, Lin and Weissfeld; rats: litters --------------------------------------
case("bladder_wlw", bladder, Surv(stop, event) ~ rx + size + number + strata(enum) + cluster(id),
     '{"formula": "Surv(stop, event) ~ rx + size + number + strata(enum) + cluster(id)"}')
case("bladder_wlw_interaction", bladder,
     Surv(stop, event) ~ rx * strata(enum) + size + cluster(id),
     '{"formula": "rx + rx:C(enum) + size", "time": "stop", "strata": "enum", "cluster": "id"}')
case("rats_cluster", rats, Surv(time, event) ~ rx + sex,
     '{"formula": "rx + sex", "cluster": "litter"}', cluster = litter)
case("rats_litters_as_strata", rats, Surv(time, event) ~ rx + strata(litter),
     '{"formula": "rx", "strata": "litter"}')
# made up -----------------------------------------------------------------------------
case("ties_efron", ties, Surv(time, event) ~ arm + age + sex,
     '{"formula": "arm + age + sex"}', c("km", "rank", "identity", "log"))
case("ties_breslow", ties, Surv(time, event) ~ arm + age + sex,
     '{"formula": "arm + age + sex", "ties": "breslow"}', ties = "breslow")
case("ties_decimal", ties, Surv(decimal, event) ~ arm + age,
     '{"formula": "arm + age", "time": "decimal"}')
case("ties_everything", ties, Surv(entry, time, event) ~ arm * sex + age + strata(site),
     '{"formula": "arm * sex + age", "entry": "entry", "strata": "site", "weights": "w", "cluster": "patient"}',
     weights = w, cluster = patient)
case("ties_entry_weights", ties, Surv(entry, time, event) ~ arm + age,
     '{"formula": "arm + age", "entry": "entry", "weights": "w"}', weights = w)
case("ties_entry_weights_breslow", ties, Surv(entry, time, event) ~ arm + age,
     '{"formula": "arm + age", "entry": "entry", "weights": "w", "ties": "breslow"}',
     weights = w, ties = "breslow")

lung$has_ecog <- as.integer(lung$ph_ecog > 0)
for (name in c("lung", "veteran", "heart", "bladder", "rats", "ties")) {
  write.csv(get(name), paste0(name, ".csv"), row.names = FALSE, quote = FALSE)
}
meta <- object(R = quote_text(R.version.string),
               survival = quote_text(as.character(packageVersion("survival"))))
body <- paste0(quote_text(names(cases)), ": ", unlist(cases), collapse = ",\n")
writeLines(paste0("{\n\"meta\": ", meta, ",\n", body, "\n}"), "reference.json")
