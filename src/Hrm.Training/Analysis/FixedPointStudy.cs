using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Whether L comes to a fixed point where zH is held, and how far from it the model's own few updates end.</summary>
/// <remarks>
/// <para>
/// Each example thinks for some segments; then L alone goes on, <c>zₖ = L(zₖ₋₁, zH + x)</c> from the carry's zL on. Of these updates the
/// model itself would make T before it updates H, when the one-step gradient supposes that L has converged: then
/// <see cref="FixedPointStep.Distance"/> of update T + 1 is small. That of the first is large wherever the last update of H moved the fixed point.
/// </para>
/// <para>
/// Where <see cref="FixedPointStep.Residual"/> does not fall, the last state is no fixed point, and the distance is only that from where
/// the updates ended.
/// </para>
/// <para>
/// The updates run twice, since no state is kept: memory grows neither with them nor with the dataset. Norms and their quotients are
/// computed in float32. Source: arXiv 2506.21734, section 2, "Approximate gradient".
/// </para>
/// </remarks>
public sealed class FixedPointStudy
{
    private FixedPointStudy(int examples, IReadOnlyList<FixedPointStep> low)
    {
        Examples = examples;
        Low = low;
    }

    /// <summary>The number of examples.</summary>
    public int Examples { get; }

    /// <summary>The updates of L alone, in order.</summary>
    public IReadOnlyList<FixedPointStep> Low { get; }

    /// <summary>Lets a model think about every example of a dataset, in evaluation mode, and then its L alone.</summary>
    /// <param name="model">The model; who listens to its updates is told of those of the segments, not of those of L alone.</param>
    /// <param name="dataset">The examples.</param>
    /// <param name="segments">The number of segments that every example runs first.</param>
    /// <param name="updates">The number of updates of L alone; enough of them to tell whether it settles.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="progress">Told the number of examples done after each batch.</param>
    /// <param name="cancellationToken">Stops before the next segment, or the next update of L alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ShapeMismatchException">The puzzles have another length than the model's.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is beyond the model's tables.</exception>
    /// <exception cref="HrmException">The dataset cannot be read.</exception>
    public static FixedPointStudy Run(
        HrmModel model,
        IPuzzleDataset dataset,
        int segments,
        int updates,
        int batchSize = 64,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(updates);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        PuzzleLoader.RequireIds(dataset, model.Config);
        var wasTraining = model.training;
        model.eval();
        try
        {
            using var noGradient = no_grad();
            var sums = new StepSums(model.Recurrence.Low, updates, cancellationToken);
            var done = 0;
            foreach (var batch in new PuzzleLoader(dataset, batchSize, model.Device).InOrder())
            {
                using (batch)
                {
                    var count = Math.Min(batchSize, dataset.ExampleCount - done);
                    AddBatch(sums, model, batch, segments, count, cancellationToken);
                    done += count;
                    progress?.Report(done);
                }
            }

            return new FixedPointStudy(done, sums.Averages(done));
        }
        finally
        {
            model.train(wasTraining);
        }
    }

    /// <summary>Rows that fill the last batch think too, but are no examples.</summary>
    private static void AddBatch(StepSums sums, HrmModel model, PuzzleBatch batch, int segments, int count, CancellationToken cancellationToken)
    {
        using var use = model.Use();
        using var scope = NewDisposeScope();
        using var carry = Think(model, batch, segments, cancellationToken);
        var injection = carry.High.Plus(model.Embed(batch)); // [B, S, D]
        sums.Add(carry.Low.narrow(0, 0, count), injection.narrow(0, 0, count)); // [count, S, D] each
    }

    /// <summary>The carry after some segments, which the caller owns.</summary>
    private static HrmCarry Think(HrmModel model, PuzzleBatch batch, int segments, CancellationToken cancellationToken)
    {
        var carry = model.InitialCarry(batch.Size); // [B, S, D] each
        for (var segment = 0; segment < segments; segment++)
        {
            using var before = carry;
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            carry = model.call(before, batch).Carry.DetachFromDisposeScope();
        }

        return carry;
    }

    /// <summary>Sums over examples of what each update of L alone does.</summary>
    private sealed class StepSums(nn.Module<Tensor, Tensor, Tensor> low, int updates, CancellationToken cancellationToken)
    {
        private readonly double[] _residuals = new double[updates];
        private readonly double[] _distances = new double[updates];

        public IReadOnlyList<FixedPointStep> Averages(int examples)
            => [.. Enumerable.Range(0, updates).Select(step => new FixedPointStep(step + 1, _residuals[step] / examples, _distances[step] / examples))];

        /// <summary>Adds examples: a first run for the residuals and the last state, a second for the distances from it.</summary>
        public void Add(Tensor start, Tensor injection)
        {
            using var last = Iterate(start, injection, (step, before, after) => _residuals[step] += SumOfChanges(before, after)); // [count, S, D]
            Iterate(start, injection, (step, before, _) => _distances[step] += SumOfChanges(last, before)).Dispose();
        }

        /// <summary>The state after all updates, which the caller owns.</summary>
        private Tensor Iterate(Tensor start, Tensor injection, Action<int, Tensor, Tensor> updated)
        {
            var state = start.alias(); // [count, S, D]
            for (var step = 0; step < updates; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var before = state;
                using var scope = NewDisposeScope();

                // A module may give back what it was given, which is about to be freed.
                state = low.call(before, injection).alias(); // [count, S, D]
                updated(step, before, state);
                state.MoveToOuterDisposeScope();
            }

            return state;
        }

        /// <summary>The sum over examples of ‖other − reference‖ / ‖reference‖.</summary>
        private static double SumOfChanges(Tensor reference, Tensor other)
        {
            using var scope = NewDisposeScope();
            return StateChange.Of(reference, other).Relative.sum(ScalarType.Float64).item<double>();
        }
    }
}
