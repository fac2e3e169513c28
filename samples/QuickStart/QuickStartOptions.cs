using TorchSharp;

namespace Hrm.Samples.QuickStart;

/// <summary>The command line: where to train, and in which dtype.</summary>
/// <param name="Device">The device.</param>
/// <param name="Dtype">The forward dtype, where one was asked for.</param>
internal sealed record QuickStartOptions(torch.Device Device, torch.ScalarType? Dtype)
{
    private const string Usage = "[--device cpu|cuda:0] [--dtype float32|bfloat16] [--tf32]";

    /// <summary>Reads the arguments, and sets the precision of products; <paramref name="error"/> names the first that is wrong.</summary>
    public static QuickStartOptions? Read(IReadOnlyList<string> arguments, out string? error)
    {
        var (device, dtype, allowsTensorFloat32) = ("cpu", (torch.ScalarType?)null, false);
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--device" when i + 1 < arguments.Count:
                    device = arguments[++i];
                    break;
                case "--dtype" when i + 1 < arguments.Count && TorchOptions.TryReadDtype(arguments[i + 1], out var asked):
                    dtype = asked;
                    i++;
                    break;
                case "--tf32":
                    allowsTensorFloat32 = true;
                    break;
                default:
                    error = $"expected {Usage}, got '{string.Join(' ', arguments.Skip(i))}'";
                    return null;
            }
        }

        TorchOptions.AllowTensorFloat32(allowsTensorFloat32);
        var found = TorchOptions.ReadDevice(device, out var problem);
        error = problem is null ? null : $"--device: {problem}";
        return found is null ? null : new QuickStartOptions(found, dtype);
    }
}
