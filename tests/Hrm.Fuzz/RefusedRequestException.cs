namespace Hrm.Fuzz;

/// <summary>The service answered with problem details.</summary>
internal sealed class RefusedRequestException(int status) : HrmException(FormattableString.Invariant($"status {status}"));
