using System.CommandLine;
using Hrm.Benchmarks.Measuring;
using Hrm.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>self-test</c>: loads libtorch, and runs each operator of the model on a device, forward and backward, in float32 and bfloat16,
/// against float64 on the CPU.
/// </summary>
internal sealed class SelfTestCommand() : DeviceCommand("self-test", "Each operator of the model on a device against float64 on the CPU.")
{
    protected override int Run(ParseResult result, DeviceSettings device)
    {
        Console.WriteLine($"{TorchRuntime.Describe()}");
        Console.WriteLine($"CUDA: {cuda.is_available()}, {(cuda.is_available() ? cuda.device_count() : 0)} devices");
        var results = new List<OperatorResult>();
        foreach (var check in OperatorChecks.All)
        {
            foreach (var dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
            {
                // Printed first: an operator that this libtorch lacks ends the process, and the last line names it.
                Console.Write($"{check.Name}, {dtype.Label()}: ");
                Console.Out.Flush();
                var outcome = check.Run(device.Device, dtype);
                DeviceMemory.Wait(device.Device);
                Console.WriteLine(outcome.Failure is { } failure ? $"FAILED: {failure}" : FormattableString.Invariant($"{outcome.Deviation:E1}"));
                results.Add(outcome);
            }
        }

        var failures = results.Count(outcome => outcome.Failure is not null);
        Console.WriteLine($"{results.Count - failures} of {results.Count} checks passed on {device.Device}");
        device.Write("self-test", results);
        return failures == 0 ? 0 : 1;
    }
}
