using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class StateStudyTests : IDisposable
{
    private const int Rows = 6;
    private const int Segments = 3;

    private readonly HrmModel _model = TinyModels.Create(seed: 5);
    private readonly InMemoryPuzzleDataset _dataset;

    public StateStudyTests() => _dataset = new HandEvaluation(_model, Rows, 1, seed: 5).Dataset(_ => 1);

    public void Dispose() => _model.Dispose();

    /// <summary>The reference collects the states of all examples in one batch.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Rows)]
    public void Residuals_and_covariances_are_those_of_the_states(int batchSize)
    {
        using var scope = NewDisposeScope();
        var (updates, high, low) = Collect();
        using var study = StateStudy.Run(_model, _dataset, Segments, batchSize);
        study.Residuals.Should().HaveCount(updates.Count);
        study.Residuals.Zip(updates).Should().AllSatisfy(pair =>
        {
            var (residual, expected) = pair;
            (residual.Segment, residual.Cycle, residual.Step, residual.IsHigh).Should().Be((expected.Segment, expected.Cycle, expected.Step, expected.IsHigh));

            // A product of few rows may be computed in another order.
            residual.Mean.Should().BeApproximately(expected.Mean, 1e-4 * expected.Mean);
            residual.Relative.Should().BeApproximately(expected.Relative, 1e-4 * expected.Relative);
        });
        Check(study.High, high);
        Check(study.Low, low);
        high.Concat(low).ToList().ForEach(state => state.Dispose());
        updates.Count(update => update.IsHigh).Should().Be(Segments * _model.Config.HighCycles);
    }

    [Fact]
    public void The_listener_of_the_model_is_restored_even_after_a_failure()
    {
        var heard = 0;
        Action<RecurrenceUpdate> listener = _ => heard++;
        _model.Recurrence.Updated = listener;
        StateStudy.Run(_model, _dataset, 1).Dispose();
        FluentActions.Invoking(() => StateStudy.Run(_model, _dataset, 1, cancellationToken: new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();
        heard.Should().Be(0);
        _model.Recurrence.Updated.Should().BeSameAs(listener);
    }

    [Fact]
    public void No_tensor_is_leaked()
    {
        StateStudy.Run(_model, _dataset, 2, 4).Dispose();
        var live = LiveTensors.Count();
        StateStudy.Run(_model, _dataset, 2, 4).Dispose();
        Tensor.TotalCount.Should().Be(live);
    }

    private static void Check(StateCovariance covariance, List<Tensor> states)
    {
        using var direct = new StateCovariance(covariance.Width);
        direct.Add(cat([.. states]));
        covariance.Count.Should().Be(direct.Count);
        covariance.ParticipationRatio.Should().BeApproximately(direct.ParticipationRatio, 1e-3 * direct.ParticipationRatio);
    }

    private (List<UpdateResidual> Updates, List<Tensor> High, List<Tensor> Low) Collect()
    {
        var (updates, high, low) = (new List<UpdateResidual>(), new List<Tensor>(), new List<Tensor>());
        using var noGradient = no_grad();
        using var batch = new BatchReader(_dataset, Rows, CPU).InOrder().Select(read => read.Batch.Clone()).Single();
        var carry = _model.InitialCarry(Rows);
        for (var segment = 1; segment <= Segments; segment++)
        {
            var number = segment;
            _model.Recurrence.Updated = update =>
            {
                var moved = (update.After - update.Before).flatten(1).norm(1); // [B]
                var relative = moved / update.Before.flatten(1).norm(1);
                updates.Add(new UpdateResidual(number, update.Cycle, update.Step, update.IsHigh, moved.mean().item<float>(), relative.mean().item<float>()));
                (update.IsHigh ? high : low).Add(update.After.clone().DetachFromDisposeScope());
            };
            carry = _model.call(carry, batch).Carry;
        }

        _model.Recurrence.Updated = null;
        return (updates, high, low);
    }
}
