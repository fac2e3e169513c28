using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Benchmarks.Workloads.Layers;

namespace Hrm.Benchmarks.Numbers;

/// <summary>Whole training steps against the plain op sequence, in both dtypes.</summary>
internal sealed class TrainingStepNumbers : INumbers
{
    private const int Warmups = 1;

    private static readonly Bound Float32 = Bound.AtLeast(1.25);
    private static readonly Bound BFloat16 = Bound.AtLeast(1.5);
    private static readonly Bound BFloat16AgainstFloat32 = Bound.AtLeast(2.5);

    public string Name => "step";

    public IEnumerable<NumberRow> Measure(NumberSettings settings)
    {
        var wide = Times(TrainingPreset.SudokuExtreme, settings.StepRounds);
        yield return Row("training step, 27M preset, B 16, float32, times faster than the plain op sequence", wide, "f32", "f32", Float32, goal: null);
        yield return Row("training step, 27M preset, B 16, bfloat16, times faster than the plain op sequence", wide, "bf16", "bf16", BFloat16, goal: null);
        yield return Row("training step, 27M preset, B 16, bfloat16, against the plain op sequence in float32", wide, "bf16", "f32", bar: null, BFloat16AgainstFloat32);
        var small = Times(TrainingPreset.Small, settings.LayerRounds);
        yield return Row("training step, preset small, B 64, float32, times faster than the plain op sequence", small, "f32", "f32", Float32, goal: null);
        yield return Row("training step, preset small, B 64, bfloat16, times faster than the plain op sequence", small, "bf16", "bf16", BFloat16, goal: null);
    }

    private static RoundTimes Times(TrainingPreset preset, int rounds)
    {
        using var wide = new TrainingPair(TrainingWorkload.Of(preset, FloatKind.F32));
        using var half = new TrainingPair(TrainingWorkload.Of(preset, FloatKind.BF16));
        EqualResults.Require(wide);
        EqualResults.Require(half);
        Side[] sides =
        [
            new("library f32", () => wide.StepLibrary().Dispose()),
            new("plain f32", () => wide.StepPlain().Dispose()),
            new("library bf16", () => half.StepLibrary().Dispose()),
            new("plain bf16", () => half.StepPlain().Dispose()),
        ];
        return InterleavedRounds.Measure(sides, rounds, Warmups);
    }

    private static NumberRow Row(string what, RoundTimes times, string library, string plain, Bound? bar, Bound? goal)
    {
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{times.MedianMs($"library {library}"):0} ms, plain {times.MedianMs($"plain {plain}"):0}");
        return NumberRow.Of(what, times.Ratio($"plain {plain}", $"library {library}"), bar, goal, note);
    }
}
