using System.CommandLine;
using TorchSharp;

namespace Hrm.Samples.QuickStart;

/// <summary>The options that both commands have: where to compute, and in which dtype.</summary>
internal sealed class QuickStartOptions
{
    private readonly Option<torch.Device> _device = new("--device")
    {
        Description = $"Where to compute: {TorchOptions.DeviceText}.",
        HelpName = "device",
        Recursive = true,
        DefaultValueFactory = _ => torch.CPU,
        CustomParser = result =>
        {
            var device = TorchOptions.ReadDevice(result.Tokens[0].Value, out var error);
            if (error is not null)
            {
                result.AddError($"--device: {error}.");
            }

            return device;
        },
    };

    private readonly Option<torch.ScalarType?> _dtype = new("--dtype")
    {
        Description = $"The dtype to compute in, over that of the model: {TorchOptions.DtypeText}.",
        HelpName = "dtype",
        Recursive = true,
        CustomParser = result =>
        {
            if (!TorchOptions.TryReadDtype(result.Tokens[0].Value, out var dtype))
            {
                result.AddError($"--dtype: expected {TorchOptions.DtypeText}, got '{result.Tokens[0].Value}'.");
            }

            return dtype;
        },
    };

    private readonly Option<bool> _tf32 = new("--tf32") { Description = "Let CUDA round the factors of float32 products to TensorFloat-32.", Recursive = true };

    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_dtype);
        command.Add(_tf32);
    }

    /// <summary>The device, and sets the precision of its products.</summary>
    public torch.Device Device(ParseResult result)
    {
        TorchOptions.AllowTensorFloat32(result.GetValue(_tf32));
        return result.GetValue(_device)!;
    }

    public torch.ScalarType? Dtype(ParseResult result) => result.GetValue(_dtype);
}
