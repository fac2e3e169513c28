using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.TestKit.Golden;

/// <summary>Runs a recorded model on a device, and compares every recorded number (tests/golden/README.md has the tolerances).</summary>
/// <param name="golden">The recorded model.</param>
/// <param name="device">The device.</param>
/// <param name="puzzleGradient">Reads the gradient of the puzzle rows of the last segment; without it they are not compared.</param>
public sealed class GoldenRun(GoldenCase golden, Device device, Func<HrmTrainer, Tensor>? puzzleGradient = null)
{
    private const string PuzzleRows = "puzzle_emb.local_weights";
    private const string PuzzleTable = "puzzle_emb.weights";

    private static readonly string[] Metrics =
        ["count", "accuracy", "exact_accuracy", "q_halt_accuracy", "steps", "lm_loss", "q_halt_loss", "q_continue_loss"];

    private readonly List<GoldenFinding> _findings = [];

    /// <summary>The segments of an evaluation.</summary>
    public IReadOnlyList<GoldenFinding> Evaluate()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = golden.CreateModel(device);
        model.eval();
        using var batch = golden.Batch(0, device);
        var loss = HrmTrainer.CreateLoss(golden.Options);
        var carry = model.InitialCarry(batch.Size);
        for (var segment = 0; segment < golden.EvaluationSteps; segment++)
        {
            var name = $"eval.{segment}";
            var result = model.call(carry, batch);
            Compare(result, name, Tolerance(segment));
            var segments = full([batch.Size], segment + 1, ScalarType.Int32, device);
            Same($"{name}.steps", segments);
            var halted = segments.ge(golden.Options.Halting.MaxSegments);
            CompareLoss(loss.Compute(result, batch.Labels!, segments, halted, null), name, Tolerance(segment));
            carry = result.Carry;
        }

        return _findings;
    }

    /// <summary>The steps of a training.</summary>
    public IReadOnlyList<GoldenFinding> Train()
    {
        using var scope = NewDisposeScope();
        using var model = golden.CreateModel(device);
        using var generator = new Generator(1);
        using var trainer = golden.CreateTrainer(model, generator);
        for (var step = 0; step < golden.TrainingSteps; step++)
        {
            var name = $"train.{step}";
            using var batch = golden.Batch(step, device);
            var segment = trainer.ComputeGradients(batch);
            Compare(segment.Output, name, LaterStepTolerance(step));
            CompareDecisions(segment, name, step);
            CompareLoss(segment.Loss, name, golden.IsBf16 ? Tolerance(step) : step == 0 ? 1e-5 : 1e-4);
            var gradients = Gradients(trainer);
            CompareGradients(gradients, name, step);
            trainer.ApplyGradients();
            if (step == 0)
            {
                CompareWeights(model, gradients);
            }
        }

        return _findings;
    }

    private void Compare(HrmOutput result, string name, double tolerance)
    {
        CompareTensor(result.Logits, $"{name}.logits", tolerance);
        CompareTensor(result.QHalt, $"{name}.q_halt_logits", tolerance);
        CompareTensor(result.QContinue, $"{name}.q_continue_logits", tolerance);

        // Trainings record only logits and Q values.
        if (name.StartsWith("eval.", StringComparison.Ordinal))
        {
            CompareTensor(result.Carry.High, $"{name}.z_H", tolerance);
            CompareTensor(result.Carry.Low, $"{name}.z_L", tolerance);
        }
    }

    private void CompareTensor(Tensor actual, string name, double tolerance)
    {
        var expected = golden.Read(name);
        Find(name, golden.IsBf16 ? TensorDeviation.Mean(actual, expected) : TensorDeviation.Largest(actual, expected), tolerance);
    }

    private void CompareDecisions(TrainingSegment segment, string name, int step)
    {
        Same($"{name}.steps", segment.Segments);
        Same($"{name}.halted", segment.Halted);
        var target = $"{name}.target_q_continue";
        Find($"{target} is there or not", golden.Contains(target) == segment.ContinueTarget is not null ? 0 : 1, 0);
        if (segment.ContinueTarget is not null && golden.Contains(target))
        {
            CompareTensor(segment.ContinueTarget, target, LaterStepTolerance(step + 1));
        }
    }

    private void CompareLoss(LossResult loss, string name, double tolerance)
    {
        Find($"{name}.loss", TensorDeviation.Largest(loss.Total.detach(), golden.Read($"{name}.loss")), tolerance);
        var values = loss.Metrics.cpu().data<double>().ToArray();
        for (var i = 0; i < Metrics.Length; i++)
        {
            var key = $"{name}.metric.{Metrics[i]}";
            var expected = golden.Contains(key) ? golden.Read(key).item<double>() : 0;

            // In bfloat16 an argmax flips, so the token counts need not agree.
            if (!golden.IsBf16 || i is 0 or 4)
            {
                Find(key, Math.Abs(values[i] - expected), tolerance * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    private void CompareGradients(Dictionary<string, Tensor> actual, string name, int step)
    {
        var expected = golden.Below($"{name}.grad.").ToDictionary(entry => entry.Key, entry => entry.Value);
        var parameters = actual.Keys.Count(key => key != PuzzleRows);
        Find($"{name}: number of recorded gradients", Math.Abs(expected.Count - (step == 0 ? parameters : 0)), 0);
        if (actual.ContainsKey(PuzzleRows))
        {
            expected[PuzzleRows] = golden.Read($"{name}.grad.{PuzzleRows}");
        }

        var exact = golden.IsBf16 && step == 0 ? Float32Gradients() : null;
        foreach (var (key, value) in expected)
        {
            var what = $"{name}.grad.{key}";
            if (exact is not null)
            {
                Find(what, TensorDeviation.Mean(actual[key], exact[key]), 1.5 * TensorDeviation.Mean(value, exact[key]));
            }
            else if (!golden.IsBf16)
            {
                Find(what, TensorDeviation.Largest(actual[key], value), 1e-4 * Math.Pow(10, step));
            }
        }
    }

    private Dictionary<string, Tensor> Gradients(HrmTrainer trainer)
    {
        var gradients = trainer.Model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!.clone());
        if (trainer.Model.PuzzleEmbedding is not null && puzzleGradient is not null)
        {
            gradients[PuzzleRows] = puzzleGradient(trainer).clone();
        }

        return gradients;
    }

    /// <summary>
    /// The gradients of a bfloat16 case computed in float32: the recorded ones deviate from them by up to 7.5 % (rms), so
    /// ours must deviate by about as much at most.
    /// </summary>
    private Dictionary<string, Tensor> Float32Gradients()
    {
        using var model = golden.CreateFloat32Model();
        using var generator = new Generator(1);
        using var trainer = golden.CreateTrainer(model, generator);
        using var batch = golden.Batch(0);
        trainer.ComputeGradients(batch);
        return Gradients(trainer);
    }

    /// <summary>
    /// AdamATan2's first step is close to a sign, so a gradient near 0 decides a whole step. Weights are compared if the
    /// gradient is at least 1e-5 of the largest of its tensor (bfloat16: 0.3, beyond the noise of its gradients).
    /// </summary>
    private void CompareWeights(HrmModel model, Dictionary<string, Tensor> gradients)
    {
        var state = model.state_dict();
        var recorded = golden.Below("train.0.after.").ToDictionary(entry => entry.Key, entry => entry.Value);
        Find("train.0.after: the same names", recorded.Keys.Order().SequenceEqual(state.Keys.Order()) ? 0 : 1, 0);
        foreach (var (key, expected) in recorded)
        {
            var (actual, wanted) = (state[key].detach().cpu(), expected);
            if ((key == PuzzleTable ? TableGradient(model) : gradients.GetValueOrDefault(key)) is { } gradient)
            {
                var size = gradient.cpu().abs();
                var isClear = size.ge(size.max() * (golden.IsBf16 ? 0.3 : 1e-5));
                Find($"train.0.after.{key}: a clear gradient", isClear.any().item<bool>() ? 0 : 1, 0);
                (actual, wanted) = (actual.masked_select(isClear), wanted.masked_select(isClear));
            }

            Find($"train.0.after.{key}", TensorDeviation.Largest(actual, wanted), 1e-5);
        }
    }

    /// <summary>The recorded rows' gradients summed by id; rows that were not looked up count as clear, for they must not change.</summary>
    private Tensor TableGradient(HrmModel model)
    {
        var rows = golden.Read($"train.0.grad.{PuzzleRows}");
        var ids = golden.Read("batch.0.puzzle_identifiers").to_type(ScalarType.Int64);
        var table = full_like(model.PuzzleEmbedding!.Weights.cpu(), rows.abs().max().item<float>());
        return table.index_fill_(0, ids, 0).index_add_(0, ids, rows, 1);
    }

    private void Same(string name, Tensor actual) => Find(name, actual.cpu().Equals(golden.Read(name)) ? 0 : 1, 0);

    private void Find(string what, double deviation, double allowed) => _findings.Add(new GoldenFinding(what, deviation, allowed));

    /// <summary>Float32: 1e-5, ten times more with each segment. Bfloat16 (rms): 3e-2, twice that with each segment.</summary>
    private double Tolerance(int segment) => golden.IsBf16 ? 3e-2 * Math.Pow(2, segment) : 1e-5 * Math.Pow(10, segment);

    /// <summary>
    /// After an update, weights whose gradient is close to 0 may differ by two whole steps of 1e-3, and outputs accordingly.
    /// </summary>
    private double LaterStepTolerance(int step) => golden.IsBf16 || step == 0 ? Tolerance(step) : 1e-3;
}

/// <summary>The deviation of a value from the recorded one.</summary>
/// <param name="What">Its name among the recorded numbers.</param>
/// <param name="Deviation">The deviation.</param>
/// <param name="Allowed">The largest allowed deviation, by tests/golden/README.md.</param>
public readonly record struct GoldenFinding(string What, double Deviation, double Allowed)
{
    /// <summary>Whether the deviation is allowed; NaN is not.</summary>
    public bool IsMet => Deviation <= Allowed;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{What}: {Deviation:E1}, allowed {Allowed:E1}");
}
