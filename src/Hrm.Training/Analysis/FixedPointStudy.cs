namespace Hrm.Training;

/// <summary>The convergence of L when zH is held, and the distance from its fixed point after the model's own updates.</summary>
/// <remarks>
/// <para>
/// Each example runs some segments. Then only L is updated, <c>zₖ = L(zₖ₋₁, zH + x)</c>, starting at the carry's zL. The model itself
/// makes T of these updates before it updates H, and the one-step gradient assumes that L has converged by then:
/// <see cref="FixedPointStep.Distance"/> of update T + 1 is small. The first distance is large if the last update of H moved the fixed point.
/// </para>
/// <para>
/// If <see cref="FixedPointStep.Residual"/> does not fall, the last state is not a fixed point, and the distance is only that from the
/// last state.
/// </para>
/// <para>
/// The updates run twice because no state is kept: memory grows neither with their number nor with the dataset. Norms and their quotients
/// are computed in float32. Source: arXiv 2506.21734, section 2, "Approximate gradient".
/// </para>
/// </remarks>
public static class FixedPointStudy
{
    /// <summary>Runs a model on every example of a dataset, in evaluation mode, and then only its L.</summary>
    /// <param name="model">The model. Its <see cref="HierarchicalConvergence.Updated"/> reports the updates of the segments, not the later ones of L.</param>
    /// <param name="dataset">The examples.</param>
    /// <param name="segments">The number of segments that every example runs first.</param>
    /// <param name="updates">The number of later updates of L; large enough to see convergence.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="progress">Receives the number of finished examples after each batch.</param>
    /// <param name="cancellationToken">Stops before the next segment or the next update of L.</param>
    /// <returns>The updates of L, in order, averaged over the examples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    /// <inheritdoc cref="Evaluator.Evaluate" path="/exception"/>
    public static IReadOnlyList<FixedPointStep> Run(
        HrmModel model,
        IPuzzleDataset dataset,
        int segments,
        int updates,
        int batchSize = 64,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(updates);
        var (residuals, distances) = (new double[updates], new double[updates]);
        Evaluator.ForEachBatch(model, dataset, batchSize, progress, (batch, _, count) =>
        {
            using var use = model.Use();
            using var carry = RunSegments(model, batch, segments, cancellationToken);
            var start = carry.Low.narrow(0, 0, count); // [count, S, D]
            var injection = carry.High.Plus(model.Embed(carry, batch)).narrow(0, 0, count); // [count, S, D]
            using var last = Iterate((step, before, after) => residuals[step] += SumOfChanges(before, after));
            Iterate((step, before, _) => distances[step] += SumOfChanges(last, before)).Dispose();

            Tensor Iterate(Action<int, Tensor, Tensor> updated)
                => UpdateLow(model.Recurrence.Low, start, injection, updates, updated, cancellationToken); // [count, S, D]
        });
        var examples = dataset.ExampleCount;
        return [.. Enumerable.Range(0, updates).Select(step => new FixedPointStep(step + 1, residuals[step] / examples, distances[step] / examples))];
    }

    /// <summary>The carry after some segments, which the caller owns.</summary>
    private static HrmCarry RunSegments(HrmModel model, PuzzleBatch batch, int segments, CancellationToken cancellationToken)
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

    /// <summary>The state after all updates of L, which the caller owns.</summary>
    private static Tensor UpdateLow(
        nn.Module<Tensor, Tensor, Tensor> low, Tensor start, Tensor injection, int updates, Action<int, Tensor, Tensor> updated, CancellationToken cancellationToken)
    {
        var state = start.alias(); // [count, S, D]
        for (var step = 0; step < updates; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var before = state;
            using var scope = NewDisposeScope();

            // A module may return its argument, which is about to be freed.
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

/// <summary>The change of zL by one update of L while zH is held, averaged over examples; see <see cref="FixedPointStudy"/>.</summary>
/// <param name="Update">k, the update, from 1.</param>
/// <param name="Residual">The mean of ‖zₖ − zₖ₋₁‖ / ‖zₖ₋₁‖; the norms are over all tokens and D.</param>
/// <param name="Distance">The mean of ‖zₖ₋₁ − z‖ / ‖z‖, with z the state after the last update. The first is that of the model's own zL.</param>
public readonly record struct FixedPointStep(int Update, double Residual, double Distance);
