# R's answers for what reference.json of ../r_survival does not hold: weights, delayed
# entry, strata, three kinds of limits, quantiles, competing risks, restricted means.
# Writes the data (CSV) and the answers (JSON, 17 digits). Debian 12: r-base-core,
# r-cran-survival, r-cran-cmprsk.        Rscript make_reference.R
suppressMessages({library(survival); library(cmprsk)})

json <- function(x) {
  if (is.list(x)) {
    body <- vapply(x, json, "")
    if (is.null(names(x))) return(sprintf("[%s]", paste(body, collapse = ",\n")))
    return(sprintf("{%s}", paste0("\"", names(x), "\": ", body, collapse = ", ")))
  }
  one <- if (is.character(x)) sprintf("\"%s\"", x)
         else ifelse(is.finite(x), sprintf("%.17g", x), "null")
  if (length(x) == 1 && !inherits(x, "AsIs")) one
  else sprintf("[%s]", paste(one, collapse = ", "))
}

# ---- data: made up, but for `plasma` -------------------------------------------------
set.seed(20261125)
n <- 80
ties <- data.frame(time = sample(0:9, n, TRUE), event = rbinom(n, 1, .6),
                   arm = sample(c("a", "b", "c"), n, TRUE, c(.5, .3, .2)),
                   site = sample(c("north", "south"), n, TRUE))
ties$cause <- ties$event * sample(1:2, n, TRUE, c(.6, .4))
ties$entry <- pmin(sample(-1:6, n, TRUE), ties$time - 1)
ties$count <- sample(1:4, n, TRUE)
# binary fractions: with others R's curve goes below 0 by rounding where all at risk die
ties$share <- sample(c(.25, .375, .625, 1.125, 2.25), n, TRUE)
# sums of tenths: 0.1 + 0.2 and 0.3 are one time; arm "z" is censored throughout
n <- 90
decimals <- data.frame(time = sample(1:40, n, TRUE) * .1 + sample(c(0, .1, .2), n, TRUE),
                       event = rbinom(n, 1, .5), arm = sample(c("x", "y", "z"), n, TRUE),
                       site = sample(c("north", "south", "west"), n, TRUE))
decimals$event[decimals$arm == "z"] <- 0
decimals$cause <- decimals$event * sample(1:3, n, TRUE)
decimals$entry <- round(decimals$time * sample(c(0, 0, .2, .5), n, TRUE), 2)
decimals$count <- sample(1:3, n, TRUE)
decimals$share <- round(runif(n, .1, 3), 3)
# real: monoclonal gammopathy, plasma cell malignancy against death (survival::mgus2)
plasma <- mgus2[order(mgus2$id), ][seq(1, 1384, 14), ]
own <- plasma$pstat == 1
plasma <- data.frame(time = ifelse(own, plasma$ptime, plasma$futime),
                     event = as.integer(own | plasma$death == 1),
                     arm = as.character(plasma$sex),
                     site = ifelse(plasma$age > 70, "old", "young"),
                     cause = ifelse(own, 1, 2 * plasma$death))
n <- nrow(plasma)
plasma$entry <- floor(plasma$time * sample(c(0, .25, .5), n, TRUE)) - 1
plasma$count <- sample(1:3, n, TRUE)
plasma$share <- round(runif(n, .1, 3), 3)
sets <- list(ties = ties, decimals = decimals, plasma = plasma)
for (name in names(sets))
  write.csv(format(sets[[name]], digits = 17, trim = TRUE), paste0(name, ".csv"),
            row.names = FALSE, quote = FALSE)

# ---- answers -------------------------------------------------------------------------
columns <- function(fit) {
  s <- summary(fit, censored = TRUE)
  list(time = I(s$time), n_at_risk = I(s$n.risk), n_events = I(s$n.event),
       n_censored = I(s$n.censor), survival = I(s$surv), std_error = I(s$std.err),
       ci_low = I(s$lower), ci_high = I(s$upper))
}
share <- c(.1, .25, .5, .75, .9)
curves <- list(); means <- list()
for (name in names(sets)) for (arm in c("all", sort(unique(sets[[name]]$arm)))) {
  d <- sets[[name]]
  if (arm != "all") d <- d[d$arm == arm, ]
  one <- rep(1, nrow(d))
  for (late in c(FALSE, TRUE)) for (weight in c("none", "count", "share")) {
    d$w <- if (weight == "none") one else d[[weight]]
    y <- if (late) Surv(d$entry, d$time, d$event) else Surv(d$time, d$event)
    for (type in c("log-log", "log", "plain")) {
      fit <- survfit(y ~ 1, weights = w, data = d, conf.type = type)
      q <- quantile(fit, share)
      asked <- quantile(d$time, c(0, .3, .55, .8)) + c(-.05, 0, .013, .02)
      asked <- asked[asked >= 0 & asked <= max(fit$time)]
      at <- summary(fit, times = asked)
      whole <- columns(fit)
      if (type != "log-log") whole <- whole[c("ci_low", "ci_high")]
      curves[[length(curves) + 1]] <- list(
        data = name, arm = arm, entry = as.integer(late), weights = weight,
        ci_type = type, curve = whole, share = share,
        quantile = I(unname(q$quantile)), quantile_low = I(unname(q$lower)),
        quantile_high = I(unname(q$upper)),
        at = list(time = I(unname(at$time)), n_at_risk = I(at$n.risk),
                  n_events = I(at$n.event), n_censored = I(at$n.censor),
                  survival = I(at$surv), std_error = I(at$std.err),
                  ci_low = I(at$lower), ci_high = I(at$upper)))
    }
    for (part in c(.35, .8, 1)) {
      horizon <- signif(max(fit$time) * part, 3)
      if (horizon > max(fit$time)) next
      mean <- survival:::survmean(fit, rmean = horizon)$matrix
      means[[length(means) + 1]] <- list(
        data = name, arm = arm, entry = as.integer(late), weights = weight,
        horizon = horizon, estimate = unname(mean["rmean"]),
        std_error = unname(mean["se(rmean)"]))
    }
  }
}

# the log-rank test with delayed entry is the score test of the exact partial likelihood
tests <- list()
for (name in names(sets)) for (stratified in c(FALSE, TRUE))
  for (weight in c("none", "count")) {
    d <- sets[[name]]
    if (weight == "count") d <- d[rep(seq_len(nrow(d)), d$count), ]
    f <- if (stratified) Surv(time, event) ~ arm + strata(site) else Surv(time, event) ~ arm
    s <- survdiff(f, data = d)
    total <- function(x) if (is.matrix(x)) rowSums(x) else x
    o <- total(s$obs); e <- total(s$exp); v <- s$var[2, 2]; z <- qnorm(.975)
    two <- length(o) == 2
    tests[[length(tests) + 1]] <- list(
      data = name, entry = 0L, strata = as.integer(stratified), weights = weight,
      chi_square = s$chisq, degrees_of_freedom = length(o) - 1L,
      p_value = pchisq(s$chisq, length(o) - 1, lower.tail = FALSE),
      n = I(as.vector(table(d$arm))), observed = I(unname(o)), expected = I(unname(e)),
      peto = I(if (two) exp((o[2] - e[2]) / v + c(0, -z, z) / sqrt(v)) else NA),
      pike = I(if (two) exp(log(o[2] / e[2] / (o[1] / e[1])) + c(0, -z, z) *
                            sqrt(sum(1 / e))) else NA))
    if (weight == "none") {
      f <- update(f, Surv(entry, time, event) ~ .)
      s <- coxph(f, data = d, ties = "exact", iter.max = 0)$score
      tests[[length(tests) + 1]] <- list(
        data = name, entry = 1L, strata = as.integer(stratified), weights = weight,
        chi_square = s, degrees_of_freedom = length(o) - 1L,
        p_value = pchisq(s, length(o) - 1, lower.tail = FALSE))
    }
  }

# cmprsk does not join times that differ by rounding; survival does, and so do we
joined <- function(time) aeqSurv(Surv(time, rep(1, length(time))))[, 1]
incidence <- list(); gray <- list()
for (name in names(sets)) {
  for (arm in c("all", sort(unique(sets[[name]]$arm)))) {
    d <- sets[[name]]
    if (arm != "all") d <- d[d$arm == arm, ]
    if (sum(d$event) == 0) next
    d$state <- factor(d$cause, c(0, sort(unique(d$cause[d$cause > 0]))))
    d$id <- seq_len(nrow(d))
    for (late in c(FALSE, TRUE)) for (type in c("log", "log-log", "plain")) {
      fit <- if (late) survfit(Surv(entry, time, state) ~ 1, data = d, id = id,
                               conf.type = type)
             else survfit(Surv(time, state) ~ 1, data = d, conf.type = type)
      for (cause in levels(d$state)[-1]) {
        rows <- list(time = I(fit$time), n_at_risk = I(fit$n.risk[, 1]),
                     n_events = I(fit$n.event[, match(cause, fit$states)]),
                     incidence = I(fit$pstate[, match(cause, fit$states)]),
                     std_error = I(fit$std.err[, match(cause, fit$states)]),
                     ci_low = I(fit$lower[, match(cause, fit$states)]),
                     ci_high = I(fit$upper[, match(cause, fit$states)]))
        if (type != "log") rows <- rows[c("ci_low", "ci_high")]
        else if (!late) {
          points <- timepoints(cuminc(joined(d$time), d$cause), fit$time)
          rows$delta_std_error <- I(unname(sqrt(points$var[paste(1, cause), ])))
          rows$delta_incidence <- I(unname(points$est[paste(1, cause), ]))
        }
        incidence[[length(incidence) + 1]] <- list(
          data = name, arm = arm, entry = as.integer(late), ci_type = type,
          cause = as.integer(cause), curve = rows)
      }
    }
  }
  for (stratified in c(FALSE, TRUE)) {
    d <- sets[[name]]
    d <- d[d$arm != "z", ]
    d$time <- joined(d$time)
    found <- if (stratified) cuminc(d$time, d$cause, d$arm, d$site)
             else cuminc(d$time, d$cause, d$arm)
    for (cause in rownames(found$Tests)) {
      row <- found$Tests[cause, ]
      gray[[length(gray) + 1]] <- list(
        data = name, strata = as.integer(stratified), cause = as.integer(cause),
        chi_square = row[["stat"]], degrees_of_freedom = row[["df"]],
        p_value = pchisq(row[["stat"]], row[["df"]], lower.tail = FALSE))
    }
  }
}
meta <- list(R = R.version.string, survival = as.character(packageVersion("survival")),
             cmprsk = as.character(packageVersion("cmprsk")))
writeLines(json(list(meta = meta, curves = curves, means = means, logrank = tests,
                     incidence = incidence, gray = gray)), "reference.json")
