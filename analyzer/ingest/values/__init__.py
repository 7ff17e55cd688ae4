"""What a cell means: numbers, dates, periods, scales, choices and missing answers, read column by column."""
