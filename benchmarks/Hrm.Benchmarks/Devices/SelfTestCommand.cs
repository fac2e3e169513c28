using System.Globalization;
using Hrm.Layers;
using Hrm.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Devices;

/// <summary>
/// <c>self-test</c>: whether libtorch loads and has the device, and each operator of the model on it, in float32 and bfloat16, with
/// its backward pass, against the same in float64 on the CPU.
/// </summary>
internal static class SelfTestCommand
{
    public const string Name = "self-test";

    public static int Run(IReadOnlyList<string> arguments)
    {
        TorchRuntime.EnsureLoaded();
        Console.WriteLine($"{TorchRuntime.Describe()}");
        Console.WriteLine($"CUDA: {cuda.is_available()}, {(cuda.is_available() ? cuda.device_count() : 0)} devices");
        var options = DeviceArguments.Parse(arguments);
        var results = new List<OperatorResult>();
        foreach (var check in OperatorChecks.All)
        {
            foreach (var dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
            {
                // Before it runs: an operator that this libtorch lacks ends the process, and the last line names it.
                Console.Write($"{check.Name}, {dtype}: ");
                Console.Out.Flush();
                var result = new OperatorRun(check, options.Device, dtype).Run();
                DeviceWork.Wait(options.Device);
                Console.WriteLine(result.Failure is { } failure
                    ? $"FAILED: {failure}"
                    : string.Create(CultureInfo.InvariantCulture, $"{result.Deviation:E1}"));
                results.Add(result);
            }
        }

        var failures = results.Count(result => result.Failure is not null);
        Console.WriteLine($"{results.Count - failures} of {results.Count} checks passed on {DeviceArguments.NameOf(options.Device)}");
        DeviceFacts.Of(options).Write(options, Name, results);
        return failures == 0 ? 0 : 1;
    }
}
