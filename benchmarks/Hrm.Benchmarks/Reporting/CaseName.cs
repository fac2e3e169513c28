using System.Globalization;
using BenchmarkDotNet.Running;

namespace Hrm.Benchmarks.Reporting;

/// <summary>The name of a case: class, method and parameters.</summary>
internal static class CaseName
{
    public static string Of(BenchmarkCase benchmark)
    {
        var parameters = string.Join(", ", benchmark.Parameters.Items.Select(item =>
            string.Create(CultureInfo.InvariantCulture, $"{item.Name}: {item.Value}")));
        return $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}({parameters})";
    }
}
