# Overall survival by HER2 status in TCGA breast cancer, computed apart from oncohort.
# Reads the original files of the delivery, applies the rules of `studies/tcga_brca/README.md`
# in its own words and writes `reference.csv`. Shares no code with the warehouse.
#
#   Rscript tests/reference/tcga_brca/reference.R       (from the root of the repository)

suppressPackageStartupMessages(library(survival))

delivery <- "extracts/tcga/2016-04-27"
argument <- commandArgs(trailingOnly = TRUE)   # another file to write to, for tests
target <- if (length(argument)) argument[1] else "tests/reference/tcga_brca/reference.csv"

read_biotab <- function(part) {
  path <- file.path(delivery, paste0("nationwidechildrens.org_clinical_", part, ".txt.gz"))
  lines <- readLines(path)
  header <- strsplit(lines[1], "\t", fixed = TRUE)[[1]]
  cells <- do.call(rbind, strsplit(lines[-(1:3)], "\t", fixed = TRUE))
  stopifnot(ncol(cells) == length(header))
  table <- as.data.frame(cells, stringsAsFactors = FALSE)
  names(table) <- header
  table
}

# Whole numbers only; words in brackets are missing values.
days <- function(text) {
  ifelse(grepl("^-?[0-9]+$", text), suppressWarnings(as.integer(text)), NA_integer_)
}

patient <- read_biotab("patient_brca")
stopifnot(!anyDuplicated(patient$bcr_patient_barcode))

# --- vital status, over the patient file and every follow-up file ---------------------
status_columns <- c("bcr_patient_barcode", "vital_status", "last_contact_days_to", "death_days_to")
follow_up <- c("follow_up_v1.5_brca", "follow_up_v2.1_brca", "follow_up_v4.0_brca")
report <- do.call(rbind, lapply(
  c(list(patient), lapply(follow_up, read_biotab)), function(t) t[status_columns]
))
report$last <- days(report$last_contact_days_to)
report$death <- days(report$death_days_to)
n_negative <- sum(report$last < 0, na.rm = TRUE) + sum(report$death < 0, na.rm = TRUE)
report$last[which(report$last < 0)] <- NA      # unreadable: the row stays, the value goes
report$death[which(report$death < 0)] <- NA

id <- patient$bcr_patient_barcode
stopifnot(all(report$bcr_patient_barcode %in% id))
dead <- id %in% report$bcr_patient_barcode[report$vital_status == "Dead"]
extreme <- function(values, pick) {
  found <- tapply(values, factor(report$bcr_patient_barcode, levels = id), function(v) {
    v <- v[!is.na(v)]
    if (length(v)) pick(v) else NA_integer_
  })
  as.integer(found)
}
died_at <- extreme(report$death, min)
last_at <- extreme(report$last, max)

# --- HER2: FISH decides where it is clear, else IHC, else unknown ---------------------
clear <- function(text) {
  ifelse(text == "Positive", "positive", ifelse(text == "Negative", "negative", NA))
}
her2 <- clear(patient$her2_fish_status)
her2[is.na(her2)] <- clear(patient$her2_status_by_ihc)[is.na(her2)]
her2[is.na(her2)] <- "unknown"

screened <- data.frame(
  her2 = factor(her2, levels = c("negative", "positive", "unknown")),
  dead = dead,
  time = ifelse(dead, died_at, last_at),
  prospective = patient$prospective_collection == "YES"
)
entered <- screened[!is.na(screened$time), ]

# --- what is written -------------------------------------------------------------------
written <- data.frame()
write_down <- function(population, quantity, level, value) {
  stopifnot(length(value) == 1)
  written <<- rbind(written, data.frame(
    population = population, quantity = quantity, level = level,
    value = ifelse(is.na(value), "", formatC(as.numeric(value), digits = 15, width = 1))
  ))
}

write_down("screened", "n", "", nrow(screened))
write_down("screened", "deaths", "", sum(screened$dead))
write_down("screened", "left_dead_without_date", "", sum(screened$dead & is.na(screened$time)))
write_down("screened", "left_alive_without_follow_up", "", sum(!screened$dead & is.na(screened$time)))
write_down("screened", "negative_days", "", n_negative)
for (level in c("positive", "negative", "unknown")) {
  write_down("screened", "n", level, sum(screened$her2 == level))
}
write_down("screened", "n_prospective", "", sum(patient$prospective_collection == "YES"))
write_down("screened", "n_retrospective", "", sum(patient$retrospective_collection == "YES"))

km_rows <- function(population, level, data) {
  write_down(population, "n", level, nrow(data))
  write_down(population, "deaths", level, sum(data$dead))
  write_down(population, "person_days", level, sum(data$time))
  fit <- survfit(Surv(time, dead) ~ 1, data = data, conf.type = "log-log")
  middle <- quantile(fit, 0.5)
  write_down(population, "median_days", level, middle$quantile)
  write_down(population, "median_lower_days", level, middle$lower)
  write_down(population, "median_upper_days", level, middle$upper)
  # landmarks, where the curve reaches that far; a month is 30.4375 days
  for (month in c(36, 60)) {
    if (max(data$time) < month * 30.4375) next
    at <- summary(fit, times = month * 30.4375)
    write_down(population, paste0("survival_", month, "_months"), level, at$surv)
    write_down(population, paste0("survival_", month, "_months_lower"), level, at$lower)
    write_down(population, paste0("survival_", month, "_months_upper"), level, at$upper)
  }
  reversed <- survfit(Surv(time, !dead) ~ 1, data = data, conf.type = "log-log")
  middle <- quantile(reversed, 0.5)
  write_down(population, "followup_days", level, middle$quantile)
  write_down(population, "followup_lower_days", level, middle$lower)
  write_down(population, "followup_upper_days", level, middle$upper)
}

log_rank_rows <- function(population, level, data) {
  test <- survdiff(Surv(time, dead) ~ her2, data = data)
  df <- length(test$n) - 1
  write_down(population, "log_rank_chisq", level, test$chisq)
  write_down(population, "log_rank_df", level, df)
  write_down(population, "log_rank_p", level, pchisq(test$chisq, df, lower.tail = FALSE))
}

populations <- list(
  all = entered,
  prospective = entered[entered$prospective, ]
)
for (population in names(populations)) {
  data <- populations[[population]]
  km_rows(population, "", data)
  for (level in c("positive", "negative", "unknown")) {
    km_rows(population, level, data[data$her2 == level, ])
  }
  known <- droplevels(data[data$her2 != "unknown", ])
  log_rank_rows(population, "positive_negative_unknown", data)
  log_rank_rows(population, "positive_negative", known)

  fit <- coxph(
    Surv(time, dead) ~ her2, data = known, ties = "efron",
    control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
  )
  ci <- confint(fit)
  write_down(population, "cox_coef", "positive_negative", coef(fit))
  write_down(population, "cox_se", "positive_negative", sqrt(vcov(fit)[1, 1]))
  write_down(population, "cox_hr", "positive_negative", exp(coef(fit)))
  write_down(population, "cox_hr_lower", "positive_negative", exp(ci[1]))
  write_down(population, "cox_hr_upper", "positive_negative", exp(ci[2]))
  write_down(population, "cox_p", "positive_negative", summary(fit)$coefficients[, "Pr(>|z|)"])
}

write.csv(written, target, row.names = FALSE, quote = FALSE, na = "")
cat(R.version.string, "survival", as.character(packageVersion("survival")), "\n")
