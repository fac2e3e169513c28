namespace Hrm.Core;

/// <summary>A name of a Python module that a pickle may use.</summary>
/// <param name="Name">The module and the name in it.</param>
/// <param name="StorageDtype">The element type, if the name is that of a storage's class.</param>
internal sealed record PickleGlobal(string Name, WeightsDtype? StorageDtype = null)
{
    public override string ToString() => Quote.Text(Name);
}
