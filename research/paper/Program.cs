using Hrm.Paper;
using Hrm.Tool;

return await CommandLine.RunAsync(ReproduceCommand.Create(), args);
