/**
 * Lists the functions that a query may call. Whatever is not listed is refused, so a new version of the database opens nothing.
 *
 * Left out on purpose, though they only compute:
 * - `repeat`, `lpad`, `rpad`, `printf`, `format`, scalar `range`, `equi_width_bins`, lambdas, edit distances: one call can
 *   outlast any interrupt
 * - `json_structure`, `json_contains`, `json_merge_patch`, `json_transform`, VARIANT: they recurse as deep as the text nests
 *
 * Each was tried on DuckDB 1.5; test/sql-sandbox.test.ts keeps them out.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const operators = words(`
  + - * / // % ^ ** @ & | << >> ~ xor && @> <@ ||
  ~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape not_ilike_escape
  -> ->>`)

const numbers = words(`
  abs add subtract multiply divide mod even sign ceil ceiling floor round round_even trunc
  sqrt cbrt pow power exp ln log log2 log10 pi degrees radians
  sin cos tan cot asin acos atan atan2 sinh cosh tanh
  greatest least gcd lcm bit_count isnan isinf isfinite random hash nullif typeof fdiv fmod`)

const texts = words(`
  lower upper lcase ucase length len strlen char_length character_length left right
  substr substring trim ltrim rtrim replace reverse concat concat_ws
  contains starts_with ends_with prefix suffix position strpos instr
  split string_split str_split split_part string_to_array array_to_string
  regexp_matches regexp_full_match regexp_extract regexp_extract_all regexp_replace regexp_escape
  ascii chr hex md5 sha256 format_bytes formatreadablesize`)

const times = words(`
  now today current_date current_timestamp get_current_timestamp current_localtimestamp transaction_timestamp
  date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add age ago time_bucket timezone
  year month day hour minute second millisecond microsecond quarter week dayofweek isodow dayofyear
  dayname monthname last_day epoch epoch_ms epoch_us epoch_ns
  make_date make_time make_timestamp make_timestamp_ms to_timestamp strftime strptime try_strptime
  to_microseconds to_milliseconds to_seconds to_minutes to_hours to_days to_weeks to_months to_years
  uuid_extract_timestamp`)

const nested = words(`
  list_value list_extract list_element array_extract list_slice array_slice list_contains list_has array_contains
  list_has_any list_has_all list_position list_sort list_reverse_sort list_distinct list_unique list_concat list_append
  list_sum list_avg list_min list_max list_count list_first list_last list_median list_any_value array_length flatten
  unnest row struct_pack struct_extract struct_extract_at struct_keys
  map map_keys map_values map_entries map_extract map_extract_value map_contains element_at cardinality`)

const json = words(`
  json json_extract json_extract_path json_extract_string json_extract_path_text json_value json_exists
  json_type json_valid json_keys json_array_length json_quote json_array json_object to_json
  json_group_array json_group_object`)

const aggregates = words(`
  count count_star count_if countif sum fsum kahan_sum avg favg mean median mode min max product geomean
  any_value arbitrary first last arg_min arg_max min_by max_by
  list array_agg string_agg group_concat listagg histogram
  bool_and bool_or bit_and bit_or bit_xor
  quantile quantile_cont quantile_disc approx_quantile reservoir_quantile approx_count_distinct approx_top_k
  stddev stddev_pop stddev_samp variance var_pop var_samp sem skewness kurtosis entropy mad
  corr covar_pop covar_samp regr_slope regr_intercept regr_r2 regr_count
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value fill`)

/** In an expression, in lower case: the database does not tell case apart. */
export const allowedFunctions: ReadonlySet<string> = new Set([
  ...operators,
  ...numbers,
  ...texts,
  ...times,
  ...nested,
  ...json,
  ...aggregates,
])

/** After FROM. */
export const allowedTableFunctions: ReadonlySet<string> = new Set(['range', 'generate_series', 'unnest', 'json_each'])

/** As the parser spells them. */
export const allowedTypes: ReadonlySet<string> = new Set([
  ...words('BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT'),
  ...words('FLOAT DOUBLE DECIMAL VARCHAR BLOB UUID DATE TIME TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS INTERVAL'),
  'TIMESTAMP WITH TIME ZONE',
  'TIME WITH TIME ZONE',
  ...words('LIST STRUCT MAP NULL'),
])

/** Types that the parser leaves to the catalogue. */
export const allowedNamedTypes: ReadonlySet<string> = new Set(['json'])

/** By name: operators have none. */
export const callableNames: readonly string[] = [...new Set([...allowedFunctions, ...allowedTableFunctions])]
  .filter((callee) => /^\w+$/.test(callee))
  .sort()
