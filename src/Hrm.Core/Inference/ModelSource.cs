namespace Hrm.Core;

/// <summary>How a solver loads the model of a folder: its first one and those of swaps.</summary>
/// <param name="Device">The device; the CPU by default.</param>
/// <param name="ForwardDtype">The dtype to compute in; the config's by default.</param>
/// <param name="Create">Creates a model with modules of the caller's.</param>
internal record ModelSource(Device? Device = null, ScalarType? ForwardDtype = null, Func<HrmConfig, HrmModel>? Create = null)
{
    /// <summary>Loads a model; the caller owns it.</summary>
    /// <inheritdoc cref="HrmModel.Load" path="/exception"/>
    public virtual ISegmentModel Load(string folder) => HrmModel.Load(folder, Device, ForwardDtype, Create).GiveTo(model =>
    {
        model.CastWeights();
        return new TorchModel(model);
    });
}
