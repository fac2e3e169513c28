namespace Hrm.Benchmarks;

/// <summary>The command line.</summary>
/// <param name="IsQuick">A run of minutes instead of the full one.</param>
/// <param name="Patterns">Patterns of benchmark names; none for all.</param>
internal sealed record BenchmarkArguments(bool IsQuick, IReadOnlyList<string> Patterns)
{
    public const string Usage = """
        Usage: Hrm.Benchmarks [--quick] [--filter PATTERN]...
               Hrm.Benchmarks ratios [--quick] [--model FOLDER] [--only SECTION]...   the numbers that the design holds the library to
               Hrm.Benchmarks scaling [--redraw] [--images FOLDER]   time and memory as B, S, D, N·T and threads grow
               Hrm.Benchmarks memory [--batch N] [DEVICE]   peak memory of training steps as N·T grows, one step against full unrolling
               Hrm.Benchmarks startup     from the start of a process to its first answer
               Hrm.Benchmarks share       how much of a step is neither forward, backward nor optimizer
               Hrm.Benchmarks halting MODEL [CSV] [--batch N] [--segments N] [--rounds N] [--rule continue|positive] [DEVICE]
                                          puzzles a second with and without halting
               Hrm.Benchmarks single [DEVICE]       one puzzle, one segment of the 27M model against its matrix products
               Hrm.Benchmarks self-test [DEVICE]    each operator of the model on a device against float64 on the CPU
               Hrm.Benchmarks parity [--golden FOLDER] [DEVICE]   the recorded models on a device
               Hrm.Benchmarks step [--preset sudoku-extreme|arc] [--batch N] [--rounds N] [--warmups N] [--plain yes|no] [DEVICE]
                                          a training step on a device against its matrix products and the plain op sequence
               Hrm.Benchmarks sampler     batches from 3.8 million rows on disk: speed, memory

          --quick           small sizes and few iterations: minutes on 2 cores
          --filter PATTERN  only benchmarks whose full name matches, for instance *GradientBenchmarks*; may be repeated
          --model FOLDER    a trained Sudoku model for the rows of halting; without it a 4×4 model is trained
          --only SECTION    some rows only: parity, block, step, memory, tensors, halting; may be repeated
          --redraw          pictures of the last run again, nothing is measured
          --images FOLDER   where the pictures go
          --help            this text

        DEVICE: [--device cpu|cuda:0] [--dtype float32|bfloat16] [--tf32] [--seconds N] [--output FILE.json]; cpu by default, and
        float32 products are never rounded to TensorFloat-32 without --tf32. --seconds: fewer rounds rather than a longer run.

        The benchmarks write tables and cases.json, ratios writes ratios.json and ratios.md, scaling its tables, below
        BenchmarkDotNet.Artifacts in the current folder. Without a filter the benchmarks end with start-up and ratios.
        Exit code: 0 when everything has a result, whatever it is, 1 when one has none, 2 for wrong arguments.
        """;

    /// <summary>Reads the arguments; <paramref name="error"/> names the first that is wrong.</summary>
    public static BenchmarkArguments? Parse(IReadOnlyList<string> arguments, out string? error)
    {
        var isQuick = false;
        var patterns = new List<string>();
        error = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    isQuick = true;
                    break;
                case "--filter" when i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal):
                    patterns.Add(arguments[++i]);
                    break;
                case "--filter":
                    error = "--filter: expected a pattern after it, got none";
                    return null;
                default:
                    error = $"expected --quick, --filter PATTERN or --help, got '{arguments[i]}'";
                    return null;
            }
        }

        return new BenchmarkArguments(isQuick, patterns);
    }
}
