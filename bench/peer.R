# One peer in a process of its own: R's survival. The protocol is that of peer.py: a line
# in, one run, a line of JSON out. Columns are files of doubles.
if (!requireNamespace("survival", quietly = TRUE)) {
  cat('{"absent": "the R package survival is not installed"}\n')
  quit()
}
suppressPackageStartupMessages(library(survival))
asked <- commandArgs(trailingOnly = TRUE)

columns <- function(folder) {
  paths <- list.files(folder, pattern = "[.]f8$", full.names = TRUE)
  read <- function(path) readBin(path, "double", file.size(path) / 8)
  data <- as.data.frame(lapply(paths, read))
  names(data) <- sub("[.]f8$", "", basename(paths))
  data
}

right <- "arm + age + er + sites + line + res + brain + ecog"
run <- function(data) {
  if (asked[1] == "km_logrank") {
    list(survfit(Surv(time, event) ~ arm, data), survdiff(Surv(time, event) ~ arm, data))
  } else if (asked[1] == "cox_strata_cluster") {
    formula <- as.formula(paste("Surv(time, event) ~", right, "+ strata(site)"))
    coxph(formula, data, cluster = patient)
  } else {
    coxph(as.formula(paste("Surv(time, event) ~", right)), data)
  }
}
values <- function(made) {
  if (asked[1] == "km_logrank") {
    at <- summary(made[[1]], times = 365, extend = TRUE)$surv
    return(list(chi_square = made[[2]]$chisq, survival = at))
  }
  list(coefficient = unname(coef(made)), std_error = unname(sqrt(diag(vcov(made)))))
}
json <- function(numbers) {
  paste0("[", paste(sprintf("%.17g", numbers), collapse = ", "), "]")
}
memory <- function(field) {
  lines <- tryCatch(readLines("/proc/self/status"), error = function(e) character())
  found <- grep(paste0("^", field, ":"), lines, value = TRUE)
  if (length(found)) as.numeric(gsub("[^0-9]", "", found)) / 1024 else NA
}

made <- values(run(columns(asked[3])))
data <- columns(asked[2])
invisible(gc())
version <- as.character(packageVersion("survival"))
cat(sprintf('{"version": "%s (R %s.%s)"}\n', version, R.version$major, R.version$minor))
input <- file("stdin")
open(input)
while (length(readLines(input, 1))) {
  try(cat("5", file = "/proc/self/clear_refs"), silent = TRUE)
  before <- memory("VmRSS")
  start <- Sys.time()
  busy <- proc.time()
  made <- run(data)
  busy <- proc.time() - busy
  wall <- as.numeric(difftime(Sys.time(), start, units = "secs"))
  added <- memory("VmHWM") - before
  found <- values(made)
  parts <- paste0('"', names(found), '": ', vapply(found, json, ""), collapse = ", ")
  cat(sprintf(
    '{"wall": %.6f, "cpu": %.6f, "added_mb": %s, "values": {%s}}\n',
    wall, busy[["user.self"]] + busy[["sys.self"]],
    if (is.na(added)) "null" else sprintf("%.3f", added), parts
  ))
}
