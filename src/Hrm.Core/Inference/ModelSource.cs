using System.Diagnostics.CodeAnalysis;

namespace Hrm.Core;

/// <summary>What computes the segments of a solver.</summary>
public enum SolverEngine
{
    /// <summary>
    /// ONNX Runtime if the folder has a <c>segment.onnx</c>, the application references Hrm.Onnx, and no device, dtype or function of
    /// modules is given; otherwise libtorch.
    /// </summary>
    Auto,

    /// <summary>libtorch, from <c>config.json</c> and <c>model.safetensors</c>.</summary>
    Torch,

    /// <summary>ONNX Runtime on the CPU, from <c>config.json</c> and <c>segment.onnx</c>; libtorch is not loaded. Needs Hrm.Onnx.</summary>
    Onnx,
}

/// <summary>How a solver loads the model of a folder: its first one and those of swaps.</summary>
/// <param name="Device">The device; the CPU by default. A function, because a device cannot be named without libtorch.</param>
/// <param name="ForwardDtype">The dtype to compute in; the config's by default.</param>
/// <param name="Create">Creates a model with modules of the caller's.</param>
/// <param name="Engine">What computes.</param>
internal record ModelSource(
    Func<Device>? Device = null, ScalarType? ForwardDtype = null, Func<HrmConfig, HrmModel>? Create = null, SolverEngine Engine = SolverEngine.Auto)
{
    /// <summary>The file of an exported model.</summary>
    public const string SegmentName = "segment.onnx";

    private const string Package = "Hrm.Onnx";

    /// <summary>Loads a model; the caller owns it.</summary>
    /// <inheritdoc cref="HrmModel.Load" path="/exception"/>
    public virtual ISegmentModel Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return UsesOnnx(folder) ? CreateOnnx().Load(folder) : LoadTorch(folder);
    }

    /// <summary>Not in <see cref="Load"/>, so that a process without libtorch does not reach a method with its calls.</summary>
    private HrmModel LoadTorch(string folder) => HrmModel.Load(folder, Device?.Invoke(), ForwardDtype, Create).GiveTo(model =>
    {
        model.CastWeights();
        return model;
    });

    private bool UsesOnnx(string folder)
    {
        var hasSegment = File.Exists(Path.Combine(folder, SegmentName));
        return Engine switch
        {
            SolverEngine.Torch => false,
            SolverEngine.Onnx => true,
            SolverEngine.Auto when !hasSegment || Device is not null || ForwardDtype is not null || Create is not null => false,
            SolverEngine.Auto => FindOnnx() is not null || !File.Exists(Path.Combine(folder, ModelFolder.WeightsName)),
            _ => throw new InvalidConfigException("solver options", [$"Engine: expected Auto, Torch or Onnx, got {Engine}"]),
        };
    }

    private static IOnnxLoader CreateOnnx() => FindOnnx() is { } type
        ? (IOnnxLoader)Activator.CreateInstance(type)!
        : throw new InvalidConfigException("solver options", [$"Engine: expected the package {Package} for ONNX Runtime, got an application without it"]);

    /// <summary>The loader of Hrm.Onnx, which this package cannot reference; a constant name, so that a trimmed application keeps the type.</summary>
    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)]
    private static Type? FindOnnx() => Type.GetType("Hrm.Onnx.OnnxLoader, Hrm.Onnx");
}

/// <summary>Loads exported models; implemented by Hrm.Onnx.</summary>
internal interface IOnnxLoader
{
    /// <summary>Loads the model of a folder with <c>config.json</c> and <c>segment.onnx</c>.</summary>
    ISegmentModel Load(string folder);
}
