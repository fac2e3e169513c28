using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Training steps against the plain op sequence.</summary>
internal static class TrainingStepRatios
{
    private const int Warmups = 1;

    public static IEnumerable<RatioRow> Measure(bool isQuick)
    {
        const string Wide = "training step, 27M preset, B 16";
        const string Small = "training step, preset small, B 64";
        var times = Times(TrainingSetup.SudokuExtreme, batch: 16, isQuick ? 5 : 21);
        yield return Row($"{Wide}, float32, times faster than the plain op sequence", times, "f32") with { Bar = Bound.AtLeast(2.0), Goal = Bound.AtLeast(2.3) };
        yield return Row($"{Wide}, bfloat16, times faster than the plain op sequence", times, "bf16") with { Bar = Bound.AtLeast(1.45), Goal = Bound.AtLeast(1.6) };
        times = Times(TrainingSetup.Small, batch: 64, isQuick ? 21 : 81);
        yield return Row($"{Small}, float32, times faster than the plain op sequence", times, "f32") with { Bar = Bound.AtLeast(1.65), Goal = Bound.AtLeast(1.9) };
        yield return Row($"{Small}, bfloat16, times faster than the plain op sequence", times, "bf16") with { Bar = Bound.AtLeast(1.4), Goal = Bound.AtLeast(1.6) };
        yield return MeasureReplicas(isQuick);
    }

    /// <summary>Rows per second with one replica of one thread per core, against one replica whose operations use every core.</summary>
    private static RatioRow MeasureReplicas(bool isQuick)
    {
        using var one = Pair(replicas: 1);
        using var several = Pair(get_num_threads());
        var times = RoundTimes.Measure([new("one", one.StepLibrary), new("several", several.StepLibrary)], isQuick ? 21 : 81, Warmups);
        return RatioRow.Of(
            $"training, preset small, B 64, bfloat16, {get_num_threads()} replicas, times the rows per second of one",
            times.Ratio("one", "several"),
            string.Create(CultureInfo.InvariantCulture, $"{64000 / times.MedianMs("several"):0} rows per second, one replica {64000 / times.MedianMs("one"):0}"))
            with
        { Bar = Bound.AtLeast(1.35), Goal = Bound.AtLeast(1.5) };

        static TrainingPair Pair(int replicas)
        {
            var setup = TrainingSetup.Of(TrainingSetup.Small, ScalarType.BFloat16, batch: 64);
            setup.Options.Replicas = replicas;
            return new TrainingPair(setup);
        }
    }

    private static RoundTimes Times(string preset, int batch, int rounds)
    {
        using var wide = new TrainingPair(TrainingSetup.Of(preset, ScalarType.Float32, batch));
        using var half = new TrainingPair(TrainingSetup.Of(preset, ScalarType.BFloat16, batch));
        half.RequireEqualSteps();
        Side[] sides =
        [
            new("library f32", wide.StepLibrary),
            new("plain f32", () => wide.StepPlain().Dispose()),
            new("library bf16", half.StepLibrary),
            new("plain bf16", () => half.StepPlain().Dispose()),
        ];
        return RoundTimes.Measure(sides, rounds, Warmups);
    }

    private static RatioRow Row(string what, RoundTimes times, string dtype) => RatioRow.Of(
        what,
        times.Ratio($"plain {dtype}", $"library {dtype}"),
        string.Create(CultureInfo.InvariantCulture, $"{times.MedianMs($"library {dtype}"):0} ms, plain {times.MedianMs($"plain {dtype}"):0}"));
}
