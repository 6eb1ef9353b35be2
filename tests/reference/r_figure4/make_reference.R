# Cox models of Figure 4 and CNS progression, by R's survival: made-up patients of
# python/oncohort/synthetic/reconstructed_patients.csv.
# Rscript make_reference.R ../../../python/oncohort/synthetic/reconstructed_patients.csv
library(survival)

patients <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = FALSE)
patients <- within(patients, {
  event <- is_pfs_event == "true"
  arm <- as.integer(arm == "LX")
  age <- factor(age_group, c("lt50", "ge50", "unknown"))
  hr <- factor(hr_status, c("negative", "positive", "unknown"))
  sites <- as.integer(n_metastatic_sites >= 3)
  line <- factor(line_no)
  primary <- as.integer(resistance == "primary")
})

number <- function(x) formatC(x, digits = 15, format = "g")

one <- function(name, data) {
  data <- droplevels(data)
  without <- coxph(Surv(pfs_days, event) ~ arm + age + hr + sites + line + primary, data)
  crossed <- coxph(Surv(pfs_days, event) ~ arm * primary + age + hr + sites + line, data)
  # the same model with secondary as the stratum of the arm's own coefficient and with
  # primary: two fits, so that R itself gives the limits in each stratum
  data$other <- 1 - data$primary
  turned <- coxph(Surv(pfs_days, event) ~ arm * other + age + hr + sites + line, data)
  row <- function(fit, term) {
    s <- summary(fit)
    c(s$conf.int[term, c(1, 3, 4)], s$coefficients[term, 5])
  }
  rows <- list(
    arm = row(without, "arm"),
    secondary = row(crossed, "arm"),
    primary = row(turned, "arm"),
    age_ge50 = row(crossed, "agege50"),
    hr_positive = row(crossed, "hrpositive"),
    sites_ge3 = row(crossed, "sites"),
    line_3 = row(crossed, "line3"),
    resistance_primary = row(crossed, "primary"),
    ratio = row(crossed, "arm:primary")
  )
  test <- anova(without, crossed)
  parts <- sapply(names(rows), function(key) {
    sprintf('   "%s": [%s]', key, paste(number(rows[[key]]), collapse = ", "))
  })
  p <- test[2, ncol(test)]
  sprintf(' "%s": {\n   "n": %d, "n_events": %d, "interaction": [%s, %s],\n%s\n }',
    name, crossed$n, crossed$nevent, number(test$Chisq[2]), number(p),
    paste(parts, collapse = ",\n"))
}

# incidence by 12 months (LX, TBP: estimate and limits), cause-specific ratio and P
cns <- function(data) {
  is_cns <- data$has_new_cns_metastases == "true" |
    data$has_cns_progression_of_baseline == "true"
  exit <- factor(ifelse(is_cns, "cns", ifelse(data$event, "other", "censor")),
    c("censor", "cns", "other"))
  curves <- summary(survfit(Surv(pfs_days, exit) ~ arm, data), times = 365.25)
  column <- which(curves$states == "cns")
  rows <- lapply(c(2, 1), function(arm) {
    c(curves$pstate[arm, column], curves$lower[arm, column], curves$upper[arm, column])
  })
  fit <- summary(coxph(Surv(pfs_days, is_cns) ~ arm, data))
  ratio <- c(fit$conf.int[c(1, 3, 4)], fit$coefficients[5])
  sprintf(' "cns": {"LX": [%s], "TBP": [%s], "hazard_ratio": [%s]}',
    paste(number(rows[[1]]), collapse = ", "), paste(number(rows[[2]]), collapse = ", "),
    paste(number(ratio), collapse = ", "))
}

known <- subset(patients, age != "unknown" & hr != "unknown")
later <- subset(patients, line_no > 1)
cat("{\n", paste(
  one("figure4", patients), one("figure4_complete", known),
  one("figure4_line2_3", later), cns(patients), sep = ",\n"), "\n}\n", sep = "")
