using Hrm.Core;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>
/// Updates read nothing from their device, as reading waits for a GPU. Tensors on libtorch's meta device have shapes and no
/// values: reading one is an error.
/// </summary>
/// <remarks>A whole step does not run there: libtorch's own where, index_select and logical_and lack that device.</remarks>
public sealed class WaitingTests : IDisposable
{
    private static readonly Device Meta = new(DeviceType.META);

    private readonly Parameter[] _parameters = [OnMeta(8, 4), OnMeta(3, 8), OnMeta(4)];

    public void Dispose() => Array.ForEach(_parameters, parameter => parameter.Dispose());

    [Theory]
    [InlineData(OptimizerKind.AdamATan2)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void Updates_read_nothing_from_their_device(OptimizerKind kind)
    {
        var options = new OptimizerOptions { Kind = kind };
        using ParameterOptimizer optimizer = kind switch
        {
            OptimizerKind.AdamATan2 => new AdamATan2(_parameters, options),
            OptimizerKind.AdamW => new AdamW(_parameters, options),
            _ => new Muon(_parameters, [0, 1], options),
        };
        using var average = new ExponentialMovingAverage(_parameters, 0.99);
        optimizer.Step(1e-3);
        average.Update();
        optimizer.StepCounts.Should().Equal(1, 1, 1);
    }

    private static Parameter OnMeta(params long[] shape)
    {
        using var noGradient = no_grad();
        var parameter = new Parameter(zeros(shape, device: Meta));
        parameter.grad = zeros(shape, device: Meta);
        return parameter;
    }
}
