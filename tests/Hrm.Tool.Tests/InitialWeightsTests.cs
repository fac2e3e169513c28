using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary><c>train --init</c>: a run that starts with the weights of another model.</summary>
public sealed class InitialWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The step is too small to change a weight; without the option the run draws its weights.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_starts_with_the_given_weights(bool isGiven)
    {
        using var generator = new torch.Generator(7);
        using var given = new HrmModel(TinyRun.Model, generator);
        given.Save(_folder["given"]);

        Train(isGiven ? _folder["given"] : string.Empty);

        using var trained = HrmModel.Load(_folder["run"]);
        var pairs = given.state_dict().Zip(trained.state_dict()).ToArray();
        pairs.All(pair => pair.First.Value.allclose(pair.Second.Value, rtol: 0, atol: 1e-9)).Should().Be(isGiven);
    }

    [Fact]
    public void A_model_of_other_sizes_is_refused()
    {
        using var generator = new torch.Generator(7);
        using var other = new HrmModel(HrmPresets.Tiny(81, 11), generator);
        other.Save(_folder["given"]);
        FluentActions.Invoking(() => Train(_folder["given"])).Should().Throw<HrmFormatException>();
    }

    private void Train(string initialWeights)
    {
        var settings = new RunSettings
        {
            Model = TinyRun.Model,
            InitialWeights = initialWeights,
            Trainer = { TotalSteps = 1, WarmupSteps = 0, GlobalBatchSize = 4, LearningRate = 1e-12, Optimizer = { WeightDecay = 0 } },
        };
        using var training = TinyRun.Create(settings, _folder["run"]);
        training.Start(CancellationToken.None);
    }
}
